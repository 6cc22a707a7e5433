"""POST /api/accounts/token/refresh"""

from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from apps.accounts.models import User
from apps.accounts.serializers import TokenSerializer

URL = "/api/accounts/token/refresh"


def test_a_refreshed_token_still_carries_the_role(bob: User, client: APIClient) -> None:
    response = client.post(URL, {"refresh": str(TokenSerializer.get_token(bob))})

    assert AccessToken(response.json()["access"])["role"] == "moderator"


def test_someone_who_has_left_gets_no_new_token(mallory: User, client: APIClient) -> None:
    response = client.post(URL, {"refresh": str(TokenSerializer.get_token(mallory))})

    assert response.status_code == 401


def test_an_access_token_refreshes_nothing(alice: User, client: APIClient) -> None:
    token = TokenSerializer.get_token(alice).access_token

    assert client.post(URL, {"refresh": str(token)}).status_code == 401
