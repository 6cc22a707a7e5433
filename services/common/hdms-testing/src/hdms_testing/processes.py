"""The service's own processes, for tests that need one running."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings

MANAGE_SECONDS = 120.0
START_SECONDS = 60.0
STOP_SECONDS = 60.0


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The service's manage.py, run to its end, with some variables changed."""
    return run("manage.py", *arguments, **environment)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python with `arguments` in the service's `src`, run to its end, some variables changed."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.SERVICE_DIR / "src",
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=MANAGE_SECONDS,
        check=False,
    )


def free_port() -> int:
    """A TCP port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(
    command: list[str], environment: dict[str, str], ready: Callable[[], bool]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the service, in its `src`, from `ready` on; stopped with SIGTERM.

    Raises AssertionError if it ends early, or does not start or stop in time.
    """
    process = subprocess.Popen(
        command, cwd=settings.SERVICE_DIR / "src", env={**os.environ, **environment}
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            assert process.poll() is None, f"{command} ended with {process.returncode}"
            assert time.monotonic() < deadline, f"{command} was not ready in {START_SECONDS} s"
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def web_server() -> list[str]:
    """What Python runs as the service's web server."""
    if settings.WSGI_APPLICATION:
        config = "python:hdms_django.gunicorn"
        return ["-m", "gunicorn", "--config", config, "core.wsgi:application"]
    return ["-m", "hdms_django.asgi_server"]


@contextmanager
def web_server_running(**environment: str) -> Iterator[str]:
    """The service's web server on a free port, some variables changed; yields "host:port"."""
    host, port = "127.0.0.1", str(free_port())

    def live() -> bool:
        try:
            with urlopen(f"http://{host}:{port}/health/live") as response:
                return bool(json.load(response)["service"] == settings.SERVICE)
        except URLError:
            return False

    environment |= {"WEB_HOST": host, "WEB_PORT": port}
    with running([sys.executable, *web_server()], environment, live):
        yield f"{host}:{port}"
