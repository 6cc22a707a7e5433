"""What is read of people and departments, and by whom.

Administrators see everybody and everything; everybody else sees who is active, and of them the
public part: code and name, where they belong and what they head.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.people.models import Department
from hdms_django.identity_key import identity_key


def people(viewer: User) -> QuerySet[User]:
    """Whom somebody may see."""
    seen = User.objects.prefetch_related("departments", "headed")
    return seen if viewer.is_administrator else seen.filter(is_active=True)


def found_people(viewer: User, query: Mapping[str, Any]) -> QuerySet[User]:
    """Whom somebody may see, of those that a query (serializers.PeopleQuery) asks for."""
    found = people(viewer)
    for word in query.get("search", "").split():
        found = found.filter(_named(word, in_all=viewer.is_administrator))
    if "department" in query:
        found = found.filter(departments=query["department"])
    shown = ("role", "is_approver", "is_active") if viewer.is_administrator else ()
    return found.filter(**{name: query[name] for name in shown if name in query})


def departments() -> QuerySet[Department]:
    """All departments; everybody may see them."""
    return Department.objects.all()


def _named(word: str, *, in_all: bool) -> Q:
    key = identity_key(word)
    public = (
        Q(employee_code_key__contains=key)
        | Q(first_name__icontains=word)
        | Q(last_name__icontains=word)
    )
    return public | Q(email_key__contains=key) | Q(phone__contains=word) if in_all else public
