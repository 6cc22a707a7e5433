"""Django's authentication backend: a person by employee code or e-mail address, and password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from apps.accounts.models import User
from apps.sign_in.devices import name_key


class ByCodeOrEmail(AuthenticationBackend):
    """Finds who signs in, in whatever spelling. Of whom there is not, it takes as long to say so.

    Who has left is answered as one who never was.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        person = _called(name_key(str(username or credentials.get("email") or "")))
        if person is None:
            User().set_password(password)  # takes the time of check_password
            return None
        right = person.check_password(password or "")
        return person if right and self.user_can_authenticate(person) else None


def _called(name: str) -> User | None:
    if "\0" in name or not name:  # PostgreSQL takes no NUL
        return None
    try:
        return User.objects.get_by_natural_key(name)
    except User.DoesNotExist:
        return User.objects.filter(email_key=name).first()
