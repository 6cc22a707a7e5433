"""What somebody is, as the directory says: the first half of the rule of sight (helpdesk.md).

A token says only who asks. The second half is in what they take part.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from rest_framework.request import Request

from hdms_django.authentication import SignedIdentity
from hdms_django.directory.models import Department, Person
from hdms_django.identity import Identity, Role

_HEADS = ArraySubquery(Department._default_manager.filter(head_id=OuterRef("pk")).values("pk"))


@dataclass(frozen=True)
class Standing:
    """An active person: `request.user` in every service but user-service.

    Attributes:
        id: user-service's.
        name: what they are called.
        departments: the ids of those that they belong to.
        heads: the ids of those that they head.
    """

    id: int
    name: str
    role: Role = Role.REQUESTER
    is_approver: bool = False
    departments: frozenset[int] = frozenset()
    heads: frozenset[int] = frozenset()
    is_authenticated = True

    @property
    def pk(self) -> int:
        """REST framework's throttles count by it."""
        return self.id

    @property
    def sees_all(self) -> bool:
        """Whether they may read whatever there is, without taking part in it."""
        return self.role.sees_all


def standing_of(identity: Identity) -> Standing | None:
    """What somebody is at this moment; None of who is deactivated.

    Of whom the directory has not been told yet, it is the least: user-service has just let them in,
    and may be unable to tell for as long as RabbitMQ is away.
    """
    people = Person._default_manager.annotate(headed=_HEADS)
    person: Any = people.filter(pk=identity.id).first()  # with a field that no type has
    if person is None:
        return Standing(identity.id, identity.name)
    if not person.is_active:
        return None
    return Standing(
        person.pk,
        person.name,
        Role(person.role),
        person.is_approver,
        frozenset(person.departments),
        frozenset(person.headed),
    )


def deactivated(people: Collection[int]) -> set[int]:
    """Who of these people is not active any more, by their ids."""
    if not people:
        return set()
    gone = Person._default_manager.filter(pk__in=people, is_active=False)
    return set(gone.values_list("pk", flat=True))


class StandingInDirectory(SignedIdentity):
    """Makes `request.user` a Standing."""

    def user(self, identity: Identity) -> Standing | None:
        return standing_of(identity)


def user_of(request: Request) -> Standing:
    """Who asks."""
    return cast(Standing, request.user)
