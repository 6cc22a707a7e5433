"""The circuits that have a name."""

BELL = """\
OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h q[0];
cx q[0], q[1];
c = measure q;
"""
GHZ = """\
OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q;
bit[3] c;
h q[0];
cx q[0], q[1];
cx q[1], q[2];
c = measure q;
"""
# What the examples of spec 003 send: a fair coin.
TEST = """\
OPENQASM 3.0;
include "stdgates.inc";
qubit q;
bit c;
h q;
c = measure q;
"""

BUILT_IN = {"bell": BELL, "ghz": GHZ, "test": TEST}


def source_of(circuit: str) -> str:
    """Return the OpenQASM 3 program that `circuit` names, or is."""
    return BUILT_IN.get(circuit.strip(), circuit)
