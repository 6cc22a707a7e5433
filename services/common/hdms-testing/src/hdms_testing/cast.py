"""The users of the tests."""

from collections.abc import Callable
from dataclasses import dataclass

from rest_framework.test import APIClient

from hdms_django.identity import Role
from hdms_testing import identity


@dataclass(frozen=True)
class Person:
    """A member of the cast, as user-service tells of them."""

    id: int
    username: str
    role: Role

    @property
    def token(self) -> str:
        return identity.token(self.id, self.username)


ALICE = Person(1001, "alice", Role.REQUESTER)  # asks for help
BOB = Person(1002, "bob", Role.MODERATOR)  # routes it
MALLORY = Person(1003, "mallory", Role.REQUESTER)  # must not get at what is Alice's

ClientOf = Callable[[Person], APIClient]
