"""manage.py createsuperuser: how the first administrator comes to be"""

import pytest
from django.core.management import call_command
from signing_in import sign_in, stranger

from apps.accounts.models import User
from hdms_django.events.models import Event


def test_who_is_made_by_the_command_is_an_administrator_of_whom_the_others_are_told(
    db: None, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)

    call_command(
        "createsuperuser",
        interactive=False,
        employee_code="root",
        email="r@example.com",
        verbosity=0,
    )

    root = User.objects.get(employee_code="root")
    assert root.is_administrator
    event = Event.objects.get(subject_kind="person", subject_id=str(root.pk))
    assert (event.type, event.after["role"]) == ("person.registered", "admin")
    assert sign_in(stranger(), "root", password).status_code == 200
