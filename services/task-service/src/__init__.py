"""The task service: circuits persisted, queued, executed, and their history told."""
