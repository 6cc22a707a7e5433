"""GET /health/live and /health/ready"""

from rest_framework.test import APIClient


def test_it_says_who_it_is(client: APIClient) -> None:
    answer = client.get("/health/live").json()

    assert answer == {"service": "{{ name }}-service", "status": "live"}


def test_it_is_ready_with_its_database_and_its_cache(db: None, client: APIClient) -> None:
    answer = client.get("/health/ready").json()

    assert (answer["status"], set(answer["dependencies"])) == ("ready", {"database", "cache"})
