"""Proofs that this service's connections work, shared by `manage.py verify` and the tests."""
