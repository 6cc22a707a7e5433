"""The database check must not pass on another path than PgBouncer's transaction mode.

HDMS_TEST_POSTGRESQL_SOCKET: the folder of the stack's own PostgreSQL socket, which `nox` sets.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

Verify = Callable[..., dict[str, Any]]

SESSION_MODE = """\
[databases]
* = host={socket} port=5432
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = session
"""


@pytest.fixture
def postgresql_socket() -> str:
    folder = os.environ.get("HDMS_TEST_POSTGRESQL_SOCKET")
    if folder is None:
        pytest.skip("HDMS_TEST_POSTGRESQL_SOCKET is not set: run `nox -s tests`")
    return folder


@pytest.fixture
def session_mode_port(postgresql_socket: str, closed_port: str) -> Iterator[str]:
    """A PgBouncer in session mode in front of the stack's PostgreSQL."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    assert program, "pgbouncer is not installed"
    # It refuses to run as root.
    account = Path(postgresql_socket).owner() if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        users, configuration = folder / "userlist.txt", folder / "pgbouncer.ini"
        users.write_text('"{USER}" "{PASSWORD}"\n'.format_map(settings.DATABASES["default"]))
        configuration.write_text(
            SESSION_MODE.format(socket=postgresql_socket, port=closed_port, users=users)
        )
        for path in (folder, users, configuration):
            shutil.chown(path, account) if account else None
        with subprocess.Popen([program, "--quiet", configuration], user=account) as pgbouncer:
            try:
                wait_for_port(int(closed_port))
                yield closed_port
            finally:
                pgbouncer.terminate()


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=10).close()
            return
        except OSError:
            time.sleep(0.02)
    pytest.fail(f"nobody listens on port {port}")


def test_postgresql_itself_fails_and_is_named(verify: Verify, postgresql_socket: str) -> None:
    result = verify("db", DB_HOST=postgresql_socket, DB_PORT="5432")

    assert result["status"] == "fail"
    assert "PostgreSQL itself answers there, not PgBouncer" in result["message"]
    assert "pool_mode must be transaction" in result["hint"]


def test_session_mode_fails_and_is_named(verify: Verify, session_mode_port: str) -> None:
    result = verify("db", DB_HOST="127.0.0.1", DB_PORT=session_mode_port)

    assert result["status"] == "fail"
    assert "PgBouncer is in session mode" in result["message"]
    assert "pool_mode must be transaction" in result["hint"]
