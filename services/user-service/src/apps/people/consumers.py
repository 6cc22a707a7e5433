"""What other services ask user-service for."""

from apps.accounts.models import User
from apps.people.models import Department
from apps.people.services.records import department_state, person_state
from hdms_django.events import Received, effect


@effect("directory.wanted")
def tell_all(received: Received) -> None:
    """Tell the service that asks of all people and departments, and then that this was all."""
    for department in Department.objects.all():
        received.tell(
            "department.told", ("department", department.pk), department_state(department)
        )
    for person in User.objects.prefetch_related("departments", "headed"):
        received.tell("person.told", ("person", person.pk), person_state(person))
    received.tell("directory.told", ("directory", received.sender), {})
