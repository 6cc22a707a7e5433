"""Circuits really run, in a child process that none of them can hold or harm."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import chisquare

from src.circuits.child import LENGTH
from src.circuits.runner import CircuitRunner
from src.errors import CircuitRefused, SimulatorDied
from tests.processes import configured
from tests.sources import ENDLESS, HEADER

# A fair coin fails this once in a million runs.
LEAST_LIKELY = 1e-6


class Bench:
    """A runner and the loop that it lives in."""

    def __init__(self, **options: Any) -> None:
        self._loop = asyncio.Runner()
        self.runner = CircuitRunner(**{"max_qubits": 24, "time_limit": 60, **options})
        self._loop.run(self.runner.start())

    def run(self, circuit: str, shots: int = 1024) -> dict[str, int]:
        result = self._loop.run(self.runner.run(circuit, shots))
        assert result["shots"] == shots == sum(result["counts"].values())
        return dict(result["counts"])

    def pid(self) -> int:
        async def ask() -> int:
            return (await self.runner._child()).pid

        return self._loop.run(ask())

    def close(self) -> None:
        self._loop.run(self.runner.close())
        self._loop.close()


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


def is_even(counts: dict[str, int]) -> bool:
    return chisquare(list(counts.values())).pvalue > LEAST_LIKELY


@pytest.mark.parametrize(
    ("circuit", "outcomes"),
    [
        ("bell", {"00", "11"}),
        ("ghz", {"000", "111"}),
        ("test", {"0", "1"}),
        (HEADER + "qubit q; bit c; h q; c = measure q;", {"0", "1"}),
        (HEADER + "qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;", {"00", "11"}),
        (HEADER + "qubit[2] q; bit[2] c; h q; c = measure q;", {"00", "01", "10", "11"}),
    ],
)
def test_the_outcomes_are_as_likely_as_they_should_be(
    bench: Bench, circuit: str, outcomes: set[str]
) -> None:
    counts = bench.run(circuit, 100_000)

    assert set(counts) == outcomes
    assert is_even(counts), counts


def test_an_uneven_coin_is_seen_by_the_test_above(bench: Bench) -> None:
    counts = bench.run(HEADER + "qubit q; bit c; ry(1.5) q; c = measure q;", 100_000)

    assert not is_even(counts)


def test_defined_gates_loops_resets_and_conditions_run(bench: Bench) -> None:
    source = HEADER + (
        "gate flip a { x a; }\n"
        "qubit[2] q; bit[2] c;\n"
        "for int i in [0:2] { flip q[0]; }\n"
        "c[0] = measure q[0];\n"
        "if (c[0]) { x q[1]; }\n"
        "reset q[0];\n"
        "c[1] = measure q[1];\n"
    )

    assert bench.run(source, 50) == {"11": 50}


@pytest.mark.parametrize(
    ("circuit", "message"),
    [
        ("nonsense", "line 1, column 8"),
        ("bel", "nor one of bell, ghz, test"),
        ("OPENQASM 3.0;\nqubit[2 q;", "line 2, column 8"),
        (HEADER + "qubit q; frobnicate q;", "'frobnicate' is not defined"),
        ("OPENQASM 2.0;\nqreg q[1];", "OpenQASM 2.0 is not run"),
        ('OPENQASM 3.0; include "/etc/passwd";', "non-stdgates imports"),
        (HEADER + "qubit q; h q;", "measures nothing"),
        ("OPENQASM 3.0;", "measures nothing"),
        (HEADER + "input float a; qubit q; bit c; rx(a) q; c = measure q;", "inputs"),
        ("bit c; " + "".join(f"U(0,0,0) ${n};" for n in range(25)), "at most 24 qubits"),
        ("OPENQASM 3.0; bit[129] c; qubit q; c[0] = measure q;", "128 classical bits"),
        ("OPENQASM 3.0; int i = " + "(" * 3000 + "1" + ")" * 3000 + ";", "nested too deeply"),
        ("(" * 60_000, "nested too deeply"),
        ("OPENQASM 3.0; qubit q; bit c; c = measure q; int i = 1 / 0;", ""),
        ("\x01\x7f\ufeff", "token recognition error"),
    ],
    ids=lambda text: text[:30],
)
def test_a_bad_circuit_is_refused_with_the_reason(bench: Bench, circuit: str, message: str) -> None:
    with pytest.raises(CircuitRefused) as refused:
        bench.run(circuit)

    assert message in str(refused.value)
    assert len(str(refused.value)) > 10


def test_a_circuit_that_takes_too_long_is_stopped_and_the_next_one_runs() -> None:
    bench = Bench(time_limit=2)
    try:
        with pytest.raises(CircuitRefused, match="longer than 2 s"):
            bench.run(ENDLESS)
        assert bench.run("test")
    finally:
        bench.close()


def test_a_circuit_that_grows_without_end_takes_no_more_than_its_share() -> None:
    doubled = "".join(f"gate g{i} a {{ g{i - 1} a; g{i - 1} a; }}\n" for i in range(1, 40))
    source = HEADER + "gate g0 a { h a; }\n" + doubled + "qubit q; bit c; g39 q; c = measure q;"
    requests = [
        json.dumps({"circuit": circuit, "shots": 1}).encode() for circuit in (source, "test")
    ]
    # A share that is sooner full than the usual gigabytes.
    child = "from src.circuits import child; child.EXTRA_BYTES = 8 * 2**20; child.main()"

    finished = subprocess.run(
        [sys.executable, "-c", child, "4"],
        input=b"".join(LENGTH.pack(len(request)) + request for request in requests),
        capture_output=True,
        check=True,
        timeout=120,
    )

    refusal, answer = finished.stdout.split(b"the circuit needs more memory than there is")
    assert b'"ready"' in refusal
    assert b'"counts"' in answer


def test_a_child_that_is_killed_is_replaced() -> None:
    bench = Bench()
    try:
        pid = bench.pid()
        os.kill(pid, signal.SIGKILL)
        with suppress(SimulatorDied):  # unless its end was noticed before it was asked
            bench.run("test")
        assert bench.run("test")
        assert bench.pid() != pid
    finally:
        bench.close()


def test_the_child_knows_no_secret(bench: Bench) -> None:
    variables = Path(f"/proc/{bench.pid()}/environ").read_bytes().decode()

    assert "PASSWORD" not in variables
    assert configured()["DB_PASSWORD"] not in variables


def test_answers_are_json_that_postgresql_takes(bench: Bench) -> None:
    assert json.loads(json.dumps(bench.run("ghz", 10)))
