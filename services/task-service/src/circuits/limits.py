"""What is refused at submission; what only the parser can tell fails before it is run."""

import re

SOURCE_LENGTH = 64 * 1024  # characters
MAX_SHOTS = 100_000
DEFAULT_SHOTS = 1024
MAX_CLASSICAL_BITS = 128  # a key of the counts has so many characters
TOO_MANY_BITS = f"the circuit has more than {MAX_CLASSICAL_BITS} classical bits"

# A comment that is not closed takes the rest: looked for from each "/*" anew, it takes for ever.
_COMMENTS = re.compile(r"//[^\n]*|/\*(?:.*?\*/|.*\Z)", re.DOTALL)


def _register(new: str, old: str) -> re.Pattern[str]:
    size = r"\s*\[\s*([\d_]+)\s*\]"
    return re.compile(rf"(?:^|[;}}\s])(?:{new}{size}|{old}\s+\w+{size})")


_QUBITS, _BITS = _register("qubit", "qreg"), _register("bit", "creg")


def reason_to_refuse(circuit: str, max_qubits: int) -> str | None:
    """Return why a circuit cannot be accepted; None where nothing speaks against it.

    Args:
        circuit: a built-in's name or OpenQASM 3.
        max_qubits: as many as the state vector of fits in memory.
    """
    code = _COMMENTS.sub(" ", circuit)
    qubits = _sum(_QUBITS, code)
    if qubits > max_qubits:
        return too_many_qubits(qubits, max_qubits)
    if _sum(_BITS, code) > MAX_CLASSICAL_BITS:
        return TOO_MANY_BITS
    return None


def _sum(register: re.Pattern[str], code: str) -> int:
    sizes = [new or old for new, old in register.findall(code)]
    # A number of ten digits is too large, whatever it is.
    return sum(int(size.replace("_", "") or 0) if len(size) < 10 else 10**10 for size in sizes)


def too_many_qubits(qubits: int, max_qubits: int) -> str:
    """The sentence for a circuit whose state vector would not fit in memory."""
    needed = "more than 16 GiB" if qubits > 30 else f"{max(1, 16 * 2**qubits // 2**20)} MiB"
    return (
        f"the circuit has {qubits if qubits < 10**10 else 'far too many'} qubits, whose state "
        f"vector takes {needed}; at most {max_qubits} qubits are run"
    )
