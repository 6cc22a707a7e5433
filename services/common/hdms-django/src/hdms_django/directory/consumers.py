"""What user-service's events do here: of two states of somebody the newer one stays."""

from typing import Any

from django.db import models
from django.utils import timezone

from hdms_django.directory import asking  # noqa: F401 - what the worker does by itself
from hdms_django.directory.models import Copy, Department, Person
from hdms_django.events import Received, effect

# The fields that an event's state and a row have in common.
PERSON = tuple(field.name for field in Person._meta.get_fields())
DEPARTMENT = ("id", "code", "name", "is_open", "may_request_approval", "version")


@effect("person.registered")
@effect("person.changed")
@effect("person.deactivated")
@effect("person.reactivated")
@effect("person.told")
def keep_person(received: Received) -> None:
    """Keep what a person is now."""
    state = received.after
    _keep(Person, {name: state[name] for name in PERSON})


@effect("department.made")
@effect("department.changed")
@effect("department.told")
def keep_department(received: Received) -> None:
    """Keep what a department is now."""
    state = received.after
    fields = {name: state[name] for name in DEPARTMENT}
    _keep(Department, {**fields, "parent_id": state["parent"], "head_id": state["head"]})


@effect("directory.told")
def all_was_told(received: Received) -> None:
    """What user-service was asked for has come."""
    Copy._default_manager.update_or_create(pk=1, defaults={"complete_at": timezone.now()})


def _keep(model: type[models.Model], state: dict[str, Any]) -> None:
    kept = model._default_manager.select_for_update().filter(pk=state["id"]).first()
    if kept is None or kept.version < state["version"]:  # type: ignore[attr-defined]
        model(**state).save()
