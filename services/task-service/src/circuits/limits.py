"""What is refused at submission; what only the parser can tell fails before it is run."""

import re

SOURCE_LENGTH = 64 * 1024  # characters
MAX_SHOTS = 100_000
DEFAULT_SHOTS = 1024
MAX_CLASSICAL_BITS = 128  # a key of the counts has so many characters

_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_REGISTER = re.compile(
    r"(?:^|[;}\s])(?:qubit\s*\[\s*([\d_]+)\s*\]|qreg\s+\w+\s*\[\s*([\d_]+)\s*\])"
)


def reason_to_refuse(circuit: str, max_qubits: int) -> str | None:
    """Return why a circuit cannot be accepted; None where nothing speaks against it.

    Args:
        circuit: a built-in's name or OpenQASM 3.
        max_qubits: as many as the state vector of fits in memory.
    """
    sizes = [a or b for a, b in _REGISTER.findall(_COMMENTS.sub(" ", circuit))]
    # A number of ten digits is too large, whatever it is.
    qubits = sum(int(size.replace("_", "") or 0) if len(size) < 10 else 10**10 for size in sizes)
    if qubits > max_qubits:
        return too_many_qubits(qubits, max_qubits)
    return None


def too_many_qubits(qubits: int, max_qubits: int) -> str:
    """The sentence for a circuit whose state vector would not fit in memory."""
    needed = "more than 16 GiB" if qubits > 30 else f"{max(1, 16 * 2**qubits // 2**20)} MiB"
    return (
        f"the circuit has {qubits if qubits < 10**10 else 'far too many'} qubits, whose state "
        f"vector takes {needed}; at most {max_qubits} qubits are run"
    )
