"""The signed token that the front door gives the services: who asks, and not much more."""

import time
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from joserfc import jwt

from apps.identity import keys
from hdms_django.identity import ALGORITHM, ISSUER, LIFETIME_SECONDS, READ


def issue(person: AbstractBaseUser, *, reads_only: bool = False) -> str:
    """A token that says for LIFETIME_SECONDS who this is."""
    key, now = keys.signing(), int(time.time())
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "sub": str(person.pk),
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        # For a service whose directory has not been told of them yet.
        "name": getattr(person, "name"),  # noqa: B009 - the model is AUTH_USER_MODEL's
    }
    if reads_only:
        claims["scope"] = READ
    header = {"alg": ALGORITHM, "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])
