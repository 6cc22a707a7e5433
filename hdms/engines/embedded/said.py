"""What programs wrote into their logs since they were started."""

from hdms.engines.embedded.layout import Layout
from hdms.process import last_lines


class Said:
    """The logs of one stack's programs, each from the program's last start on."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._starts: dict[str, int] = {}

    def begins(self, name: str) -> None:
        """Note that a program is started now."""
        self._starts[name] = len(self._log(name))

    def last_lines(self, name: str) -> str:
        """Return the last lines of a program's log since it was started, for an error."""
        log, start = self._log(name), self._starts.get(name, 0)
        # Shorter than it was: it has been rotated.
        text = log[start if start <= len(log) else 0 :].decode(errors="replace")
        where = self._layout.stack.display(self._layout.log(name))
        return f"The last lines of {where}:\n{last_lines(text) or '  (nothing since its start)'}"

    def _log(self, name: str) -> bytes:
        log = self._layout.log(name)
        return log.read_bytes() if log.exists() else b""
