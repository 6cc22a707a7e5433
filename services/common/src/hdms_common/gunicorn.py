"""gunicorn's configuration: `gunicorn --config python:hdms_common.gunicorn core.wsgi:application`.

Run it in the service's `src`.
"""

import os
import sys
from pathlib import Path

from django.conf import settings

from hdms_common.startup import check_dependencies

sys.path.insert(0, str(Path.cwd()))  # gunicorn does so too, but only after it read this
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.dev")

bind = f"{settings.WEB_HOST}:{settings.WEB_PORT}"
worker_class = "gthread"
workers = 2
threads = 4
# Loaded once, before the fork: an unusable environment ends the server, not worker after worker.
preload_app = True
# The workers' heartbeat files: in memory, since a slow disk would make a worker look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
graceful_timeout = 10  # seconds
control_socket_disable = True
accesslog = None  # the reverse proxy logs requests


def on_starting(server: object) -> None:
    """gunicorn's hook: the application is loaded, no worker has been forked."""
    check_dependencies()
