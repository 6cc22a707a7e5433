"""Who a request comes from, as the front door's signed token says; what they may, it does not say.

user-service alone signs (its apps.identity); here is only the check. Decision 032 has the reasons.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.module_loading import import_string
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jwt import JWTClaimsRegistry

from hdms_django.published_keys import PublishedKeys

ALGORITHM = "Ed25519"  # RFC 9864
ISSUER = "hdms/user-service"
LIFETIME_SECONDS = 120
LONGEST_TOKEN = 2048  # characters
READ = "read"

_claims = JWTClaimsRegistry(
    iss={"essential": True, "value": ISSUER},
    sub={"essential": True},
    iat={"essential": True},
    exp={"essential": True},
)


class Role(TextChoices):
    """What a user may do at the help desk."""

    REQUESTER = "requester"  # asks for help, sees what is their own
    MODERATOR = "moderator"  # routes the requests of all, sees everyone's
    ANALYST = "analyst"  # reads reports
    ADMIN = "admin"  # sees everyone's, manages people and departments

    @classmethod
    def _missing_(cls, value: object) -> "Role | None":
        # For moments in rows, of a version that runs beside this one.
        return cls.MODERATOR if value == "agent" else None

    @property
    def sees_all(self) -> bool:
        """Whether this role may read other people's tickets."""
        return self in (Role.MODERATOR, Role.ADMIN)


class NotAuthentic(Exception):
    """It is no token of user-service that is valid now."""


@dataclass(frozen=True)
class Identity:
    """Who asks.

    Attributes:
        id: user-service's.
        name: what they are called.
        expires: until when the token says so, in seconds since the epoch.
        reads_only: an access token of scope read stands behind it.
    """

    id: int
    name: str
    expires: float
    reads_only: bool = False


def identify(token: str) -> Identity:
    """Whom a signed token names. Raises NotAuthentic, and NoKeys while that cannot be known."""
    try:
        if len(token) > LONGEST_TOKEN:
            raise NotAuthentic
        claims = jwt.decode(token, _key_of, algorithms=[ALGORITHM]).claims
        _claims.validate(claims)
        return _identity(claims)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise NotAuthentic from None


def _key_of(token: Any) -> OKPKey:
    """The key with which a token says that it is signed; joserfc asks."""
    key_id = token.headers().get("kid")
    key = _keys().get(key_id) if isinstance(key_id, str) else None
    if key is None:
        raise NotAuthentic
    return key


@cache
def _keys() -> PublishedKeys:
    return PublishedKeys(import_string(settings.IDENTITY_KEYS))


def _identity(claims: dict[str, Any]) -> Identity:
    subject = claims["sub"]
    if not (subject.isascii() and subject.isdigit() and len(subject) <= 18):  # fits a bigint
        raise NotAuthentic
    reads_only = claims.get("scope") == READ
    return Identity(int(subject), str(claims.get("name", "")), claims["exp"], reads_only)
