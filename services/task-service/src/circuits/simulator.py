"""Parse a circuit and run it with Qiskit's Aer. Imported only by the child process."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from antlr4 import CommonTokenStream, InputStream
from antlr4.error.ErrorListener import ErrorListener
from openqasm3 import parse as parse_program
from openqasm3.parser import QASM3ParsingError, qasm3Lexer, qasm3Parser
from qiskit import QuantumCircuit
from qiskit.circuit.equivalence_library import SessionEquivalenceLibrary
from qiskit.exceptions import QiskitError
from qiskit.transpiler import PassManager
from qiskit.transpiler.passes import BasisTranslator, UnrollCustomDefinitions
from qiskit_aer import AerSimulator
from qiskit_qasm3_import import ConversionError, convert

from src.circuits.builtin import BUILT_IN, source_of
from src.circuits.limits import MAX_CLASSICAL_BITS, TOO_MANY_BITS, too_many_qubits
from src.errors import CircuitRefused

REMEMBERED = 32  # circuits of at most 64 Ki characters


class Simulator:
    """A state vector simulator for circuits of at most `max_qubits`."""

    def __init__(self, max_qubits: int) -> None:
        self._max_qubits = max_qubits
        # One thread: several workers share the machine's cores.
        self._aer = AerSimulator(method="statevector", max_parallel_threads=1)
        names = self._aer.configuration().basis_gates
        self._basis = {*names, *self._aer.configuration().custom_instructions, "measure", "barrier"}
        # Not transpile(), which spends 0.3 s on choosing passes, for each circuit anew.
        self._to_basis = PassManager(
            [
                UnrollCustomDefinitions(SessionEquivalenceLibrary, list(self._basis)),
                BasisTranslator(SessionEquivalenceLibrary, list(self._basis)),
            ]
        )

        # Who sends a circuit once often sends it again.
        self._prepare = lru_cache(maxsize=REMEMBERED)(self._prepare_anew)

    def run(self, circuit: str, shots: int) -> dict[str, Any]:
        """Run a built-in's name or an OpenQASM 3 program.

        Returns: {"counts": {"00": 511, "11": 513}, "shots": 1024}

        Raises:
            CircuitRefused: with the parser's, the importer's or the simulator's message.
        """
        try:
            outcome = self._aer.run(self._prepare(source_of(circuit)), shots=shots).result()
            if not outcome.success:
                raise CircuitRefused(f"the simulator refused the circuit: {outcome.status}")
            counts = outcome.get_counts()
        except QiskitError as error:
            raise CircuitRefused(f"the simulator refused the circuit: {error.message}") from error
        return {"counts": {key: int(count) for key, count in counts.items()}, "shots": shots}

    def _prepare_anew(self, source: str) -> QuantumCircuit:
        """Parse, and translate to the gates that Aer knows."""
        parsed = self._parse(source)
        if not self._basis.issuperset(_names(parsed)):
            parsed = self._to_basis.run(parsed)
        return parsed

    def _parse(self, source: str) -> QuantumCircuit:
        try:
            program = parse_program(source)
            if program.version not in (None, "3", "3.0", "3.1"):
                raise CircuitRefused(f"OpenQASM {program.version} is not run, OpenQASM 3 is")
            circuit = convert(program)
        except QASM3ParsingError as error:
            reason = str(error) or _first_syntax_error(source)
            names = f", nor one of {', '.join(BUILT_IN)}" if source.isidentifier() else ""
            raise CircuitRefused(f"not OpenQASM 3{names}: {reason}") from error
        except ConversionError as error:
            raise CircuitRefused(f"the circuit cannot be run: {error}") from error
        except QiskitError as error:
            raise CircuitRefused(f"the circuit cannot be run: {error.message}") from error
        except RecursionError as error:
            raise CircuitRefused("the circuit is nested too deeply") from error
        if circuit.num_qubits > self._max_qubits:
            raise CircuitRefused(too_many_qubits(circuit.num_qubits, self._max_qubits))
        if circuit.num_clbits > MAX_CLASSICAL_BITS:
            raise CircuitRefused(TOO_MANY_BITS)
        if circuit.parameters:
            names = ", ".join(parameter.name for parameter in circuit.parameters)
            raise CircuitRefused(f"the circuit has inputs without a value: {names}")
        if "measure" not in _names(circuit):
            raise CircuitRefused("the circuit measures nothing, so there is nothing to count")
        return circuit


def _names(circuit: QuantumCircuit) -> Iterator[str]:
    """The names of all instructions, those inside of an `if` or a loop included."""
    for instruction in circuit.data:
        yield instruction.operation.name
        for block in getattr(instruction.operation, "blocks", ()):
            yield from _names(block)


class _Listener(ErrorListener):
    def __init__(self) -> None:
        self.errors: list[str] = []

    def syntaxError(  # noqa: N802 (ANTLR's name)
        self,
        recognizer: object,
        symbol: object,
        line: int,
        column: int,
        message: str,
        error: object,
    ) -> None:
        self.errors.append(f"line {line}, column {column}: {message}")


def _first_syntax_error(source: str) -> str:
    """ANTLR's message, which openqasm3 keeps from us: parse again, as far as that is possible."""
    listener = _Listener()
    lexer = qasm3Lexer(InputStream(source))
    parser = qasm3Parser(CommonTokenStream(lexer))
    for part in (lexer, parser):
        part.removeErrorListeners()
        part.addErrorListener(listener)
    try:
        parser.program()
    except RecursionError:
        return "nested too deeply"
    return listener.errors[0] if listener.errors else "syntax error"
