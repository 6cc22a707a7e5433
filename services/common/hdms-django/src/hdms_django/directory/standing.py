"""What somebody is, as the directory says: the first half of the rule of sight (helpdesk.md).

A token says only who asks. The second half is in what they take part.
"""

from dataclasses import dataclass

from hdms_django.directory.models import Department, Person
from hdms_django.identity import Role


@dataclass(frozen=True)
class Standing:
    """An active person.

    Attributes:
        departments: the ids of those that they belong to.
        heads: the ids of those that they head.
    """

    person_id: int
    role: Role
    is_approver: bool
    departments: frozenset[int]
    heads: frozenset[int]

    @property
    def sees_all(self) -> bool:
        """Whether they may read whatever there is, without taking part in it."""
        return self.role.sees_all


def standing_of(person_id: int) -> Standing | None:
    """What somebody is at this moment; None of who is not active, or of whom nothing is known."""
    person = Person._default_manager.filter(pk=person_id, is_active=True).first()
    if person is None:
        return None
    headed = Department._default_manager.filter(head_id=person_id).values_list("pk", flat=True)
    return Standing(
        person_id,
        Role(person.role),
        person.is_approver,
        frozenset(person.departments),
        frozenset(headed),
    )
