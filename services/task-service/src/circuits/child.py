"""The child process that runs circuits: `python -m src.circuits.child MAX_QUBITS`.

Requests come on stdin and answers go to stdout, each as a length in four bytes and JSON. It holds
no secret and no connection: a circuit that gets the better of it gets nothing, and it may be
killed at any time.
"""

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from typing import Any, BinaryIO

LENGTH = struct.Struct(">I")
PR_SET_PDEATHSIG = 1
# Beside the state vector: Qiskit's libraries and their threads' stacks, a copy for the sampling,
# and a circuit's instructions.
EXTRA_BYTES = 3 * 2**30


def main() -> None:
    """Answer until stdin ends."""
    max_qubits = int(sys.argv[1])
    _die_with_parent()
    # What libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which ends us

    from src.circuits.simulator import Simulator
    from src.errors import CircuitRefused

    simulator = Simulator(max_qubits)
    simulator.run("test", 1)  # the first run loads what the import did not
    _limit_memory(2 * 16 * 2**max_qubits + EXTRA_BYTES)
    _write(answers, {"ready": True})
    while (request := _read(sys.stdin.buffer)) is not None:
        try:
            answer: dict[str, Any] = {"result": simulator.run(request["circuit"], request["shots"])}
        except CircuitRefused as error:
            answer = {"refused": str(error)}
        except MemoryError:
            answer = {"refused": "the circuit needs more memory than there is"}
        except Exception as error:
            # Qiskit raises much that it does not document for circuits that it cannot run.
            answer = {"refused": f"the circuit cannot be run: {type(error).__name__}: {error}"}
        _write(answers, answer)


def _die_with_parent() -> None:
    """A worker that is killed takes its child along (Linux)."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


def _limit_memory(more: int) -> None:
    """Let the process take at most `more` bytes beyond what it has."""
    with open("/proc/self/statm") as statm:  # noqa: PTH123
        has = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (has + more, has + more))


def _read(stream: BinaryIO) -> dict[str, Any] | None:
    header = stream.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return None
    content: dict[str, Any] = json.loads(stream.read(LENGTH.unpack(header)[0]))
    return content


def _write(stream: BinaryIO, content: dict[str, Any]) -> None:
    body = json.dumps(content).encode()
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


if __name__ == "__main__":
    main()
