"""Who a request comes from: the roles, and the user inside a token."""

import re
from typing import cast

from django.db.models import TextChoices
from rest_framework.request import Request
from rest_framework_simplejwt import models
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.tokens import AccessToken, Token

_NUMBER = re.compile("[0-9]{1,19}")


class Role(TextChoices):
    """What a user may do at the help desk."""

    REQUESTER = "requester"  # asks for help, sees what is their own
    MODERATOR = "moderator"  # routes the requests of all, sees everyone's
    ANALYST = "analyst"  # reads reports
    ADMIN = "admin"  # sees everyone's, manages people and departments

    @classmethod
    def _missing_(cls, value: object) -> "Role | None":
        # In tokens, and for moments in rows, of a version that runs beside this one.
        return cls.MODERATOR if value == "agent" else None

    @property
    def sees_all(self) -> bool:
        """Whether this role may read other people's tickets."""
        return self in (Role.MODERATOR, Role.ADMIN)


class TokenUser(models.TokenUser):
    """The user whom a token of user-service describes; no database is asked.

    Raises:
        InvalidToken: it does not say who that is.
    """

    def __init__(self, token: Token) -> None:
        super().__init__(token)
        if not _NUMBER.fullmatch(str(token["user_id"])):
            raise InvalidToken("The token names no user.")

    @property
    def id(self) -> int:  # type: ignore[override]  # theirs is the text
        return int(self.token["user_id"])

    @property
    def role(self) -> Role:
        """The role in the token; of a token without a known one, the least."""
        try:
            return Role(self.token.get("role"))
        except ValueError:
            return Role.REQUESTER


def user_of(request: Request) -> TokenUser:
    """Who asks, in a service that knows people by their tokens alone."""
    return cast(TokenUser, request.user)


def access_token(user_id: int, username: str, role: Role) -> str:
    """A signed access token with the claims that user-service's tokens carry."""
    token = AccessToken()
    token["user_id"] = str(user_id)
    token["username"] = username
    token["role"] = role.value
    return str(token)
