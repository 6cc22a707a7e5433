"""A service's worker: `python -m hdms_django.events.worker`, until SIGTERM.

It sends the service's events and lets those of others take effect. Several may run: one of them
works, the others wait.
"""

import logging
import os
import signal
import sys
import threading
import time

import django

from hdms_common.ready_file import BEAT_SECONDS, ReadyFile

# Some of it is pika's patience with a silent RabbitMQ.
STUCK_SECONDS = 60.0
LOOK_SECONDS = 0.1

logger = logging.getLogger("worker")


def main() -> int:
    """Work until SIGTERM or SIGINT; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.dev")
    django.setup()
    from hdms_django.events.consumer import Consumer
    from hdms_django.events.relay import Relay
    from hdms_django.startup import check_dependencies

    check_dependencies()
    loops = (Relay(), Consumer())
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())

    def run(loop: Relay | Consumer) -> None:
        try:
            loop.run()
        except Exception:
            logger.exception("the %s has ended", loop.name)
        ended.set()

    threads = [threading.Thread(target=run, args=(loop,), daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    ready_file = ReadyFile.from_environment()
    shown_at = 0.0
    while not ended.wait(LOOK_SECONDS):
        if any(loop.silent_seconds > STUCK_SECONDS for loop in loops):
            continue  # the guard ends this process
        if not all(loop.works for loop in loops):
            ready_file.remove()
            shown_at = 0.0
        elif time.monotonic() - shown_at > BEAT_SECONDS / 2:
            ready_file.make()
            shown_at = time.monotonic()
    ready_file.remove()
    failed = not all(thread.is_alive() for thread in threads)
    for loop in loops:
        loop.stopping.set()
    for thread in threads:
        thread.join(STUCK_SECONDS)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
