"""The rows that a change is about, locked until its transaction ends."""

from collections.abc import Iterable

from django.db.models import Q
from rest_framework.exceptions import NotFound

from apps.accounts.models import User
from apps.people.models import Department
from hdms_django.identity import Role


def people(ids: Iterable[int], *, administrators: bool = False) -> dict[int, User]:
    """The people with these ids; with `administrators`, all active ones of them, too."""
    wanted = Q(pk__in=set(ids))
    if administrators:
        wanted |= Q(role=Role.ADMIN, is_active=True)
    found = User.objects.filter(wanted).order_by("pk").select_for_update()
    return {person.pk: person for person in found}


def person(person_id: int, *, administrators: bool = False) -> User:
    """One person.

    Raises:
        NotFound: there is none.
    """
    try:
        return people([person_id], administrators=administrators)[person_id]
    except KeyError:
        raise NotFound("There is no such person.") from None


def departments(ids: Iterable[int]) -> dict[int, Department]:
    """The departments with these ids."""
    found = Department.objects.filter(pk__in=set(ids)).order_by("pk").select_for_update()
    return {department.pk: department for department in found}
