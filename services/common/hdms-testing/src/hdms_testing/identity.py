"""Tokens for tests and benchmarks, signed with a key that exists in this process alone.

A service under test asks for public keys at FRONT_DOOR_URL, as always; here that is our server.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest.mock import patch

from django.conf import settings
from joserfc import jwt
from joserfc.jwk import OKPKey

from hdms_django.identity import ALGORITHM, ISSUER, LIFETIME_SECONDS

URL = "FRONT_DOOR_URL"


@cache
def key() -> OKPKey:
    """The key of this process."""
    return OKPKey.generate_key("Ed25519", {"kid": f"test-{os.getpid()}"})


def token(user_id: int, name: str, **claims: Any) -> str:
    """A signed token with the claims that user-service's have; some may be other ones."""
    now = int(time.time())
    told = {"iss": ISSUER, "sub": str(user_id), "iat": now, "exp": now + LIFETIME_SECONDS}
    told |= {"name": name} | claims
    header = {"alg": ALGORITHM, "kid": key().kid}
    return jwt.encode(header, told, key(), algorithms=[ALGORITHM])


class _Published(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"keys": [key().as_dict(private=False)]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def published() -> Iterator[str]:
    """Have this process, and those that it starts, believe the key; yields FRONT_DOOR_URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Published) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        try:
            with patch.dict(os.environ, {URL: url}), patch.object(settings, URL, url, create=True):
                yield url
        finally:
            server.shutdown()
            thread.join()
