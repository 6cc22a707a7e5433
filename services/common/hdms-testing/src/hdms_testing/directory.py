"""People and departments as user-service tells of them."""

from typing import Any

from django.apps import apps


def know(id: int, **changed: Any) -> None:
    """Have the directory of the service under test know a person, where it has one."""
    if apps.is_installed("hdms_django.directory"):
        from hdms_django.directory.consumers import PERSON
        from hdms_django.directory.models import Person  # not without the app

        told = person(id, **changed)
        Person._default_manager.update_or_create({f: told[f] for f in PERSON}, pk=id)


def person(id: int, **changed: Any) -> dict[str, Any]:
    """What is told of a person."""
    return {
        "id": id,
        "employee_code": f"E{id}",
        "email": f"e{id}@example.com",
        "first_name": "Somebody",
        "last_name": str(id),
        "name": f"Somebody {id}",
        "phone": "",
        "language": "en",
        "time_zone": "UTC",
        "role": "requester",
        "is_approver": False,
        "is_active": True,
        "departments": [],
        "heads": [],
        "version": 1,
        **changed,
    }


def department(id: int, **changed: Any) -> dict[str, Any]:
    """What is told of a department."""
    return {
        "id": id,
        "code": f"D{id}",
        "name": f"Department {id}",
        "parent": None,
        "head": None,
        "is_open": True,
        "may_request_approval": False,
        "version": 1,
        **changed,
    }
