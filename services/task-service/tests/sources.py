"""Circuits for the tests."""

HEADER = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'
# On no machine does it end by itself: the bit is measured as 1 again and again.
ENDLESS = HEADER + "qubit q; bit c; x q; c = measure q; while (c) { c = measure q; }"
