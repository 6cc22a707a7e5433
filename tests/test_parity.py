"""What counts as a difference between two engines."""

import json
import subprocess
import sys
from pathlib import Path

from hdms.checks.result import FAIL, PASS, CheckResult
from hdms.parity import differences

CACHE = CheckResult(
    "user-service", "cache", PASS, "", latency_ms=3, measurements={"database": 0, "p99_ms": 3}
)


def test_times_and_releases_of_one_major_version_are_no_difference() -> None:
    one = CheckResult("redis", "health", PASS, "", "", 1, {"version": "7.0.15"})
    other = CheckResult("redis", "health", PASS, "", "", 2, {"version": "7.4.1"})

    assert differences([one], [other]) == []


def test_a_fact_that_differs_is_named_with_both_values() -> None:
    other = CheckResult("user-service", "cache", PASS, "", measurements={"database": 3})

    assert differences([CACHE], [other]) == ["user-service/cache database: 0 and 3"]


def test_a_result_that_one_engine_lacks_or_fails_is_a_difference() -> None:
    failed = CheckResult("user-service", "cache", FAIL, "no answer", measurements={"database": 0})

    assert differences([CACHE], [failed]) == ["user-service/cache: pass and fail (no answer)"]
    assert "user-service/cache: pass and absent" in differences([CACHE], [])


def test_as_a_command_it_compares_what_two_verifications_printed(tmp_path: Path) -> None:
    other = CheckResult("user-service", "cache", PASS, "", measurements={"database": 3})

    def compared(one: CheckResult, two: CheckResult) -> tuple[int, str]:
        files = [tmp_path / "one.json", tmp_path / "two.json"]
        for file, result in zip(files, (one, two), strict=True):
            file.write_text(json.dumps({"results": [result.as_dict()]}))
        command = [sys.executable, "-m", "hdms.parity", *files]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        return ended.returncode, ended.stderr

    assert compared(CACHE, CACHE) == (0, "")
    assert compared(CACHE, other) == (1, "user-service/cache database: 0 and 3\n")
