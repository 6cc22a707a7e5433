"""Django's authentication backend: a person by employee code or e-mail address, and password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from apps.sign_in.devices import name_key


class ByCodeOrEmail(AuthenticationBackend):
    """Finds who signs in, in whatever spelling. Of whom there is not, it takes as long to say so.

    Who has left is answered as one who never was.
    """

    def authenticate(
        self, request: HttpRequest | None, **credentials: Any
    ) -> AbstractBaseUser | None:
        name = credentials.get("username") or credentials.get("email") or ""
        password = str(credentials.get("password") or "")
        person = _called(name_key(str(name)))
        if person is None:
            get_user_model()().set_password(password)  # takes the time of check_password
            return None
        right = person.check_password(password)
        return person if right and self.user_can_authenticate(person) else None


def _called(name: str) -> AbstractBaseUser | None:
    model = get_user_model()
    people = model._default_manager
    if "\0" in name or not name:  # PostgreSQL takes no NUL
        return None
    try:
        return people.get_by_natural_key(name)
    except model.DoesNotExist:
        return people.filter(email_key=name).first()
