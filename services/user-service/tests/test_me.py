"""GET /api/accounts/me"""

from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.identity.issuing import issue

URL = "/api/accounts/me"


def bearer(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue(user)}"}


def test_a_user_sees_themselves_but_no_password(alice: User, client: APIClient) -> None:
    response = client.get(URL, headers=bearer(alice))

    assert response.json()["username"] == "alice"
    assert "password" not in response.json()


def test_someone_who_has_left_is_refused(mallory: User, client: APIClient) -> None:
    assert client.get(URL, headers=bearer(mallory)).status_code == 401


def test_nobody_gets_in_without_a_token(db: None, client: APIClient) -> None:
    assert client.get(URL).status_code == 401
