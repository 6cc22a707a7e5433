"""`inv bench` where no stack is needed: what it refuses, and how two runs are compared."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Edit

from hdms.bench.comparison import Change, compare, compare_calmly
from hdms.bench.measure import require_kind, run
from hdms.bench.result import Bench, Row, read
from hdms.catalog import component_names, process_names
from hdms.engines.fake import FakeEngine
from hdms.environment.validation import load
from hdms.errors import HdmsError, InvalidInput
from hdms.process import Completed
from hdms.stack import Stack

DIRECT = Row("db, direct", "us", 200.0, None, None, "no way there")


def bench(**ratios: float) -> Bench:
    rows = [Row(name, "us", 100 * ratio, 100.0, ratio, "") for name, ratio in ratios.items()]
    return Bench("embedded", "3.11.7", "2026-01-01T00:00:00+00:00", (*rows, DIRECT))


@pytest.fixture
def engine(stack: Stack) -> FakeEngine:
    """An engine on which everything seems to run."""
    fake = FakeEngine(stack)
    fake.up(load(stack), [*component_names(), *process_names()], print)
    return fake


def test_a_ratio_that_is_more_than_a_quarter_worse_is_told() -> None:
    changes = compare(bench(db=1.0, cache=2.0), bench(db=1.25, cache=2.51))

    assert {change.name: change.worse for change in changes} == {
        "db": False,
        "cache": True,
        "db, direct": False,
    }


def test_a_row_that_only_one_run_has_is_shown_and_is_not_worse() -> None:
    changes = compare(
        bench(**{"http, old": 1.0, "db, not measured now": 1.0}), bench(**{"http, new": 9.0})
    )

    assert changes == [
        Change("http, new", None, 9.0),
        Change("db, direct", None, None),
        Change("http, old", 1.0, None),
        Change("db, not measured now", 1.0, None),
    ]
    assert not any(change.worse for change in changes)


def test_what_was_not_to_be_measured_now_is_not_compared() -> None:
    now = replace(bench(), rows=(Row("cache, x", "us", 2.0, 1.0, 2.0, ""),))

    changes = compare(bench(**{"db, pooled": 1.0, "cache, x": 2.0, "cache, y": 3.0}), now)

    assert [change.name for change in changes] == ["cache, x", "cache, y"]


def test_what_is_worse_once_is_measured_again_and_the_best_counts() -> None:
    asked = []

    def measure(kinds: list[str]) -> Bench:
        asked.append(kinds)
        return bench(**{"db, pooled": 3.0, "cache, set and get": 2.1})

    before = bench(**{"db, pooled": 1.0, "cache, set and get": 2.0, "http, x": 9.0})
    now = bench(**{"db, pooled": 2.0, "cache, set and get": 4.0, "http, x": 9.9})
    found = compare_calmly(before, now, measure)

    assert asked == [["db", "cache"], ["db"]]
    assert {row.name: row.ratio for row in found.rows} == {
        **{"db, pooled": 2.0, "cache, set and get": 2.1, "http, x": 9.9},
        "db, direct": None,
    }


def test_what_is_not_worse_is_measured_once() -> None:
    now = bench(db=1.2)

    assert compare_calmly(bench(db=1.0), now, pytest.fail) is now


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    path.write_text(json.dumps(bench(db=1.5).as_dict()))

    assert read(path) == bench(db=1.5)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"rows": 1}', '{"rows": [{"name": "db"}]}', "\udc80"]
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bench.json"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")

    with pytest.raises(InvalidInput, match=r"is no result of `inv bench`"):
        read(path)


def test_a_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"cannot read .*bench\.json: No such file"):
        read(tmp_path / "bench.json")


def test_an_unknown_measurement_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput) as refused:
        require_kind("luck")

    assert refused.value.hint == "expected one of: db, cache, events, door, celery, websocket, http"


def test_production_is_not_measured(stack: Stack, engine: FakeEngine, edit: Edit) -> None:
    edit(stack.root_env, "HDMS_ENVIRONMENT", "production")

    with pytest.raises(InvalidInput, match="in production"):
        run(engine, load(stack), ["db"], print)
    assert engine.commands == []


def test_what_does_not_run_is_named_with_the_remedy(stack: Stack, engine: FakeEngine) -> None:
    engine.down(["redis"], print)

    with pytest.raises(HdmsError, match="not running: redis") as refused:
        run(engine, load(stack), ["db"], print)
    assert refused.value.hint == "inv infra.up, inv migrate --all, inv services.up"


def test_a_measurement_that_fails_says_what_the_service_said(
    stack: Stack, engine: FakeEngine
) -> None:
    engine.answers["file-service"] = Completed(1, "", "CommandError: no worker ran a task\n")

    with pytest.raises(HdmsError, match=r"file-service could not measure celery: .* no worker ran"):
        run(engine, load(stack), ["celery"], print)


def test_each_measurement_runs_in_its_service(stack: Stack, engine: FakeEngine) -> None:
    answer = json.dumps({"python": "3.13.1", "rows": [DIRECT.__dict__]})
    engine.answers["user-service"] = Completed(0, answer, "")

    found = run(engine, load(stack), ["db"], print)

    assert engine.commands == ["python -m hdms_testing.bench db --json"]
    assert (found.engine, found.python, found.rows) == ("fake", "3.13.1", (DIRECT,))
