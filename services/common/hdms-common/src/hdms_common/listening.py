"""A web server's port, which its successor takes over while it still serves.

Both listen on it (SO_REUSEPORT), and the one that is ready tells the kernel to give it all new
connections: the other one finishes what it has, and no connection waits at a socket that closes.
"""

import ctypes
import os
import socket
import struct
import sys

# Set by who starts one web server beside another, and sees to it that the port is nobody else's.
SHARED = sys.platform == "linux" and bool(os.environ.get("WEB_PORT_SHARED"))
_SO_ATTACH_REUSEPORT_CBPF = 51  # asm-generic/socket.h; Python has no name for it
_RETURN_A_CONSTANT = 0x06  # linux/filter.h: BPF_RET | BPF_K
# The sockets of a port are numbered from 0 by age. Where there is no second one, the kernel takes
# the only one.
_NEWEST_OF_TWO = 1


def bound(host: str, port: int) -> socket.socket:
    """Return a socket at this address that does not listen yet; end where it cannot be had."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if SHARED:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        sys.exit(f"cannot listen on {host}:{port}: {error.strerror}")
    return made


def ready(listening: socket.socket) -> None:
    """Take all new connections from now on."""
    if SHARED:
        instruction = struct.pack("HBBI", _RETURN_A_CONSTANT, 0, 0, _NEWEST_OF_TWO)
        program = ctypes.create_string_buffer(instruction, len(instruction))
        pointer = struct.pack("HP", 1, ctypes.addressof(program))
        listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_REUSEPORT_CBPF, pointer)
