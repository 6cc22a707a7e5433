"""Proofs about the running system, each returning its result as data."""
