"""People and departments as user-service tells of them."""

from typing import Any


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
