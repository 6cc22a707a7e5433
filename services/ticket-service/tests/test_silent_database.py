"""PgBouncer is there, and says nothing."""

import json
import selectors
import socket
import threading
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings

from hdms_django.deadline import REQUEST_SECONDS
from hdms_testing.cast import ALICE
from hdms_testing.processes import web_server_running


class Way(threading.Thread):
    """A way to PgBouncer on which nothing moves any more once `frozen` is set."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.frozen = threading.Event()
        self.entrance = socket.create_server(("127.0.0.1", 0))

    def run(self) -> None:
        while True:
            client, _ = self.entrance.accept()
            database = settings.DATABASES["default"]
            server = socket.create_connection((database["HOST"], database["PORT"]))
            threading.Thread(target=self.carry, args=(client, server), daemon=True).start()

    def carry(self, client: socket.socket, server: socket.socket) -> None:
        with client, server, selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _ in ready.select():
                    said = key.fileobj.recv(65536)
                    if self.frozen.is_set():
                        threading.Event().wait()
                    if not said:
                        return
                    key.data.sendall(said)


@pytest.fixture
def way() -> Iterator[Way]:
    way = Way()
    way.start()
    yield way
    way.entrance.close()


def test_a_request_is_answered_with_503_though_the_database_says_nothing(
    db: None, way: Way
) -> None:
    host, port = way.entrance.getsockname()
    headers = {"Authorization": f"Bearer {ALICE.token}"}
    with web_server_running(DB_HOST=host, DB_PORT=str(port)) as address:
        request = Request(f"http://{address}/api/tickets/", headers=headers)
        with urlopen(request, timeout=30) as response:
            assert response.status == 200
        way.frozen.set()

        with pytest.raises(HTTPError) as answer:
            urlopen(request, timeout=5 * REQUEST_SECONDS)
        assert answer.value.code == 503
        assert "database" in json.load(answer.value)["detail"]
