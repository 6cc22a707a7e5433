"""PgBouncer is stopped: an answer in time, not a hang."""

import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import Whole

from hdms.catalog import SERVICES
from hdms.connections import http_get
from hdms.load.user import User

CLIENTS = 20
# A request waits 5 s for a connection, those that come later 0.1 s.
BOUND_SECONDS = 25.0


@pytest.fixture(scope="class")
def pgbouncer_away(whole: Whole, user: User) -> Iterator[None]:
    # user-service, which says who somebody is and by which keys one knows it, is as good as away.
    assert ask(whole, user)[0] == 200
    whole.engine.down(["pgbouncer"], print)
    yield
    whole.engine.up(whole.environment, ["pgbouncer"], print)


def ask(whole: Whole, user: User) -> tuple[int, str | None, float]:
    """Return the status of a request, its Retry-After, and the seconds that it took."""
    begin = time.monotonic()
    connection = http.client.HTTPConnection(*whole.address("ticket-service"), timeout=60)
    headers = {"Host": "localhost", **user.identity("ticket-service")}
    connection.request("GET", "/api/tickets/", headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response.getheader("Retry-After"), time.monotonic() - begin


@pytest.mark.usefixtures("pgbouncer_away")
class TestMeanwhile:
    def test_many_clients_are_told_in_time_to_try_again(self, whole: Whole, user: User) -> None:
        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(lambda _: ask(whole, user), range(CLIENTS)))

        assert {(status, retry_after) for status, retry_after, _ in answers} == {(503, "5")}
        assert max(seconds for _, _, seconds in answers) < BOUND_SECONDS

    @pytest.mark.parametrize("service", [service.name for service in SERVICES])
    def test_a_service_lives_and_names_what_is_away(self, whole: Whole, service: str) -> None:
        assert http_get(whole.address(service), "/health/live")[0] == 200
        status, body = http_get(whole.address(service), "/health/ready")
        assert status == 503
        database = json.loads(body)["dependencies"]["database"]
        assert database["status"] == "down"
        assert f"cannot be used: the log of {service} has the reason" in database["error"]
