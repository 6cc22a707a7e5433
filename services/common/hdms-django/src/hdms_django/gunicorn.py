"""gunicorn's configuration: `gunicorn --config python:hdms_django.gunicorn core.wsgi:application`.

Run it in the service's `src`.
"""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from gunicorn import util

from hdms_common import listening, problems
from hdms_common.ready_file import ReadyFile
from hdms_django.startup import check_dependencies

sys.path.insert(0, str(Path.cwd()))  # gunicorn does so too, but only after it read this
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.dev")

if listening.SHARED:  # gunicorn's own way, reuse_port, makes a socket for each worker
    _socket = listening.bound(settings.WEB_HOST, settings.WEB_PORT)
    bind = f"fd://{_socket.fileno()}"
else:
    bind = f"{settings.WEB_HOST}:{settings.WEB_PORT}"
worker_class = "hdms_django.gunicorn_worker.Worker"  # gthread, but for its end
workers = 2
threads = 4
# Loaded once, before the fork: an unusable environment ends the server, not worker after worker.
preload_app = True
# The workers' heartbeat files: in memory, since a slow disk would make a worker look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
graceful_timeout = 10  # seconds
control_socket_disable = True
accesslog = None  # the reverse proxy logs requests


def _answer_unreadable(client: Any, status: int, reason: str, message: str) -> None:
    util.write_nonblock(client, problems.raw(status))


util.write_error = _answer_unreadable  # gunicorn's own is HTML


def on_starting(server: object) -> None:
    """gunicorn's hook: the application is loaded, no worker has been forked."""
    check_dependencies()


def when_ready(server: Any) -> None:
    """gunicorn's hook: it listens, its workers are on their way."""
    listening.ready(server.LISTENERS[0].sock)
    ReadyFile.from_environment().make()
