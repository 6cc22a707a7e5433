"""Logging in to RabbitMQ by AMQP 0-9-1 (sections 2.3.5 and 4.2).

Ours, since a proof ends within `SECONDS`: pika took 24 s to notice a broker that hangs.
"""

import socket
import struct

from hdms.components.rabbitmq.management import Refused, Unreachable
from hdms.connections import SECONDS, Address

_PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
_METHOD_FRAME = 1
_CONNECTION = 10
_START_OK, _TUNE, _TUNE_OK, _OPEN, _OPEN_OK, _CLOSE = 11, 30, 31, 40, 41, 50
_FRAME_END = b"\xce"
_LONGEST_FRAME = 128 * 1024


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
