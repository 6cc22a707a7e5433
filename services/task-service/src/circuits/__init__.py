"""Circuits: what can be told of one without Qiskit. Only the child process imports Qiskit."""
