"""gunicorn's threaded worker, which leaves no connection behind when it ends."""

import select
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from hdms_common.ready_file import BEAT_SECONDS, ReadyFile


class Worker(ThreadWorker):
    """Takes, at its end, what has connected already, and refuses what comes later at once.

    gunicorn's own keeps the socket open until its last request is answered: who connects meanwhile
    waits there, and is cut off with a request that cannot be sent a second time.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._ready_file = ReadyFile.from_environment()
        self._next_beat = 0.0

    def notify(self) -> None:
        """Show the arbiter, and services/guard.sh, that the main loop goes round."""
        super().notify()
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + BEAT_SECONDS
            self._ready_file.beat()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begin or cease to accept connections; at the end, for good."""
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        for listener in self.sockets:
            while _waiting(listener):
                self.accept(listener)
            listener.close()


def _waiting(listener: Any) -> bool:
    poll = select.poll()
    poll.register(listener.fileno(), select.POLLIN)
    return bool(poll.poll(0))
