"""Runs circuits in a child process with a limit of time: none can hold or crash a worker."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from typing import Any

import structlog

from src.circuits.child import LENGTH
from src.config import SERVICE_DIR
from src.errors import CircuitRefused, CircuitTooSlow, SimulatorDied

START_SECONDS = 60.0

log = structlog.get_logger(__name__)


class CircuitRunner:
    """A child process that has Qiskit loaded, and a new one when that has ended.

    Args:
        max_qubits: the largest circuit that is run.
        time_limit: seconds that one circuit may take.
    """

    def __init__(self, max_qubits: int, time_limit: float) -> None:
        self._max_qubits = max_qubits
        self._time_limit = time_limit
        self._starting: asyncio.Task[Process] | None = None

    async def start(self) -> None:
        """Start the child and wait until it is warm.

        Raises:
            SimulatorDied: it ended, or was not ready within START_SECONDS.
        """
        await self._child()

    async def run(self, circuit: str, shots: int) -> dict[str, Any]:
        """Run one circuit; not two at a time.

        Raises:
            CircuitRefused: the circuit is at fault.
            CircuitTooSlow: it takes longer than the limit.
            SimulatorDied: the child ended.
        """
        child = await self._child()
        try:
            async with asyncio.timeout(self._time_limit):
                answer = await self._ask(child, {"circuit": circuit, "shots": shots})
        except TimeoutError as error:
            await self._replace(child)
            raise CircuitTooSlow(
                f"stopped: the circuit ran for longer than {self._time_limit:g} s"
            ) from error
        except (asyncio.IncompleteReadError, OSError) as error:
            await self._replace(child)
            raise SimulatorDied(f"exit code {child.returncode}") from error
        except asyncio.CancelledError:
            await self._replace(child)  # its answer must not be taken for the next one's
            raise
        if "refused" in answer:
            raise CircuitRefused(answer["refused"])
        result: dict[str, Any] = answer["result"]
        return result

    async def close(self) -> None:
        """End the child."""
        if self._starting is not None:
            starting, self._starting = self._starting, None
            starting.cancel()
            with suppress(asyncio.CancelledError, SimulatorDied):
                await _kill(await starting)

    async def _child(self) -> Process:
        if self._starting is None or (
            self._starting.done()
            and (self._starting.exception() or self._starting.result().returncode is not None)
        ):
            self._starting = asyncio.create_task(self._start_child())
        return await asyncio.shield(self._starting)

    async def _replace(self, child: Process) -> None:
        """Kill the child; the next one warms up while the result is stored."""
        await _kill(child)
        self._starting = asyncio.create_task(self._start_child())

    async def _start_child(self) -> Process:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "src.circuits.child",
            str(self._max_qubits),
            cwd=SERVICE_DIR,
            # Nothing of ours: it holds passwords. One thread, as in Simulator.
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # a parser's or a library's: what matters is in the answer
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                await _read(child)
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            await _kill(child)
            raise SimulatorDied(
                f"did not start: exit code {child.returncode}; `python -m src.circuits.child "
                f"{self._max_qubits}` shows why"
            ) from error
        except asyncio.CancelledError:
            await _kill(child)
            raise
        log.debug("the simulator is warm", pid=child.pid)
        return child

    async def _ask(self, child: Process, request: dict[str, Any]) -> dict[str, Any]:
        body = json.dumps(request).encode()
        assert child.stdin is not None  # noqa: S101 (a pipe)
        child.stdin.write(LENGTH.pack(len(body)) + body)
        await child.stdin.drain()
        return await _read(child)


async def _read(child: Process) -> dict[str, Any]:
    assert child.stdout is not None  # noqa: S101 (a pipe)
    (length,) = LENGTH.unpack(await child.stdout.readexactly(LENGTH.size))
    answer: dict[str, Any] = json.loads(await child.stdout.readexactly(length))
    return answer


async def _kill(child: Process) -> None:
    with suppress(ProcessLookupError):
        child.kill()
    await child.wait()
