"""RabbitMQ's management API and its AMQP login: short-lived connections of the toolkit's own.

https://www.rabbitmq.com/docs/http-api-reference, AMQP 0-9-1 sections 2.3.5 and 4.2.
"""

import base64
import hashlib
import http.client
import json
import os
import socket
import struct
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.stack import Stack

SECONDS = 5
MARK = "hdms"
"""The tag by which an account that this toolkit made is known."""
_TAGS = f"administrator,{MARK}"
_GUEST = "guest"
_PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
_METHOD_FRAME = 1
_CONNECTION = 10
_START_OK, _TUNE, _TUNE_OK, _OPEN, _OPEN_OK, _CLOSE = 11, 30, 31, 40, 41, 50
_FRAME_END = b"\xce"
_LONGEST_FRAME = 128 * 1024

Address = tuple[str, int]


class Refused(HdmsError):
    """RabbitMQ answers, and does not accept the account."""


class Unreachable(HdmsError):
    """Nobody answers, or what answers is not RabbitMQ."""


@dataclass(frozen=True)
class Management:
    """The management API at an address, with an account."""

    address: Address
    user: str
    password: str = field(repr=False)

    @classmethod
    def of(cls, environment: Environment, address: Address) -> "Management":
        """Return the API with the environment's account."""
        return cls(address, environment["RABBITMQ_USER"], environment["RABBITMQ_PASSWORD"])

    def get(self, path: str) -> Any:
        """Return what the API tells at a path below `/api/`.

        Raises:
            Refused: the account is not accepted.
            Unreachable: no answer, or none of RabbitMQ's.
        """
        return self._ask("GET", path)

    def put(self, path: str, content: dict[str, Any]) -> None:
        """Make or change something; raises as `get`."""
        self._ask("PUT", path, content)

    def post(self, path: str, content: dict[str, Any]) -> Any:
        """Ask for something to be done and return the answer; raises as `get`."""
        return self._ask("POST", path, content)

    def delete(self, path: str) -> None:
        """Delete something, which may be gone already; raises as `get`."""
        self._ask("DELETE", path)

    def set_account(self, user: str, password: str) -> None:
        """Make an account that may do everything, or give it this password; raises as `get`."""
        self.put(f"users/{quote(user, safe='')}", {"password": password, "tags": _TAGS})
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        # It may have been this account's own password.
        changed = Management(self.address, user, password)
        changed.put(f"permissions/%2F/{quote(user, safe='')}", everything)

    def delete_former_accounts(self) -> None:
        """Delete RabbitMQ's own `guest`, and accounts made for a former `RABBITMQ_USER`."""
        for account in self.get("users"):
            name, tags = str(account["name"]), account["tags"]
            is_ours = MARK in (tags.split(",") if isinstance(tags, str) else tags)
            if name != self.user and (is_ours or name == _GUEST):
                self.delete(f"users/{quote(name, safe='')}")

    def close_connections(self) -> None:
        """Hang up on every client; raises as `get`."""
        for connection in self.get("connections?columns=name"):
            self.delete(f"connections/{quote(connection['name'], safe='')}")

    def _ask(self, method: str, path: str, content: dict[str, Any] | None = None) -> Any:
        account = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {account}", "Content-Type": "application/json"}
        body = None if content is None else json.dumps(content)
        connection = http.client.HTTPConnection(*self.address, timeout=SECONDS)
        try:
            connection.request(method, f"/api/{path}", body, headers)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        finally:
            connection.close()
        if response.status in (401, 403):
            raise Refused(f"the management API refuses the account {self.user}")
        gone = response.status == 404 and method == "DELETE"
        if response.status >= 400 and not gone:
            raise Unreachable(f"{method} /api/{path.split('?')[0]}: status {response.status}")
        try:
            return json.loads(text) if text and method in ("GET", "POST") else None
        except ValueError as error:
            raise Unreachable("what answers is not RabbitMQ's management API") from error


def cluster_name(stack: Stack) -> str:
    """Return what the embedded engine's RabbitMQ calls itself: another name for each stack."""
    return f"{MARK}-{hashlib.sha256(os.fsencode(stack.home)).hexdigest()[:12]}"


def log_in(address: Address, user: str, password: str) -> None:
    """Log in by AMQP 0-9-1 to the virtual host `/`: it proves the port, the account, its rights.

    Raises:
        Refused: the account is not accepted.
        Unreachable: no answer, or none of RabbitMQ's.
    """
    try:
        with socket.create_connection(address, timeout=SECONDS) as connection:
            connection.settimeout(SECONDS)
            connection.sendall(_PROTOCOL_HEADER)
            if b"RabbitMQ" not in _receive_method(connection)[1]:
                raise Unreachable("what answers is not RabbitMQ")
            connection.sendall(_start_ok(user, password))
            method, limits = _receive_method(connection)
            if method == _TUNE:
                connection.sendall(_method(_TUNE_OK, limits[:6] + b"\0\0") + _open("/"))
                method, _ = _receive_method(connection)
            if method != _OPEN_OK:
                raise Refused(f"RabbitMQ refuses the account {user}")
            connection.sendall(_method(_CLOSE, struct.pack(">HBHH", 200, 0, 0, 0)))
            _receive_method(connection)
    except (OSError, EOFError, struct.error) as error:
        raise Unreachable(str(error) or type(error).__name__) from error


def _start_ok(user: str, password: str) -> bytes:
    """Return the frame that answers the server's `Connection.Start` by the mechanism PLAIN."""

    def long_string(value: bytes) -> bytes:
        return struct.pack(">I", len(value)) + value

    # Else a refusal would be a hang-up instead of a message.
    key, text = b"authentication_failure_close", b"t\x01"
    capabilities = _short_string(key) + text
    properties = _short_string(b"capabilities") + b"F" + long_string(capabilities)
    response = b"\0" + user.encode() + b"\0" + password.encode()
    arguments = [long_string(properties), _short_string(b"PLAIN"), long_string(response)]
    return _method(_START_OK, b"".join(arguments) + _short_string(b"en_US"))


def _open(virtual_host: str) -> bytes:
    return _method(_OPEN, _short_string(virtual_host.encode()) + b"\0\0")


def _method(number: int, arguments: bytes) -> bytes:
    """Return the frame of a method of the class `connection`."""
    payload = struct.pack(">HH", _CONNECTION, number) + arguments
    return struct.pack(">BHI", _METHOD_FRAME, 0, len(payload)) + payload + _FRAME_END


def _short_string(value: bytes) -> bytes:
    return struct.pack(">B", len(value)) + value


def _receive_method(connection: socket.socket) -> tuple[int, bytes]:
    """Return the method's number in the class `connection`, and its arguments.

    Raises:
        EOFError: the server hung up.
        Unreachable: it does not speak AMQP.
    """
    kind, _channel, size = struct.unpack(">BHI", _receive(connection, 7))
    if kind != _METHOD_FRAME or not 4 <= size <= _LONGEST_FRAME:
        raise Unreachable("what answers does not speak AMQP 0-9-1")
    payload = _receive(connection, size + 1)[:-1]
    _class, method = struct.unpack(">HH", payload[:4])
    return method, payload[4:]


def _receive(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise EOFError("the server hung up")
        received += part
    return received
