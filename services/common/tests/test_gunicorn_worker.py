"""A web server that ends answers what it has, and lets nobody wait who could ask another one."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

SLOW = """
import pathlib, time
def app(environ, start_response):
    pathlib.Path("begun").touch()
    while not pathlib.Path("go").exists():
        time.sleep(0.01)
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""


def until(condition: object, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def connects(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    (tmp_path / "slow.py").write_text(SLOW)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    worker = "hdms_django.gunicorn_worker.Worker"
    options = [f"--worker-class={worker}", "--workers=2", "--threads=2", "--graceful-timeout=60"]
    command = [sys.executable, "-m", "gunicorn", *options, f"--bind=127.0.0.1:{port}", "slow:app"]
    process = subprocess.Popen(command, cwd=tmp_path, env=os.environ)
    yield process, port
    process.kill()
    process.wait()


def test_a_server_that_ends_refuses_connections_while_it_answers_its_last_request(
    server: tuple[subprocess.Popen[bytes], int], tmp_path: Path
) -> None:
    process, port = server
    until(lambda: connects(port))
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(urllib.request.urlopen, f"http://127.0.0.1:{port}/", timeout=60)
        until((tmp_path / "begun").exists)

        process.send_signal(signal.SIGTERM)

        try:
            until(lambda: not connects(port))
        finally:
            (tmp_path / "go").touch()
        assert answer.result().read() == b"ok"
