"""The embedded engine: real servers as processes of this machine, no Docker."""
