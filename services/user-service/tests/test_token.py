"""POST /api/accounts/token"""

from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from apps.accounts.models import User

URL = "/api/accounts/token"


def test_a_moderator_gets_a_token_that_says_who_they_are(
    bob: User, password: str, client: APIClient
) -> None:
    response = client.post(URL, {"username": "bob", "password": password})

    claims = AccessToken(response.json()["access"])
    assert (claims["user_id"], claims["username"], claims["role"]) == (
        str(bob.pk),
        "bob",
        "moderator",
    )


def test_a_wrong_password_is_refused(alice: User, client: APIClient) -> None:
    assert client.post(URL, {"username": "alice", "password": "guess"}).status_code == 401


def test_someone_who_has_left_is_refused(mallory: User, password: str, client: APIClient) -> None:
    assert client.post(URL, {"username": "mallory", "password": password}).status_code == 401
