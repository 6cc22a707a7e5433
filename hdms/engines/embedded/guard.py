"""services/guard.sh, which ends what works no more, so that supervisord starts it anew."""

from pathlib import Path

from hdms.stack import PROJECT

GUARD = PROJECT / "services" / "guard.sh"
GUARDED: tuple[str | Path, ...] = ("bash", GUARD)
"""What stands before the command of a process that has a READY_FILE."""
