"""The user of the help desk."""

from typing import Any, ClassVar

from django.contrib.auth import models as auth
from django.db import models
from django.db.models import Q

from hdms_django.identity import Role
from hdms_django.identity_key import IdentityKey, identity_key, normalised


class UserManager(auth.UserManager["User"]):
    """Finds who signs in, in whatever spelling of their name."""

    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> "User":
        name = str(username)
        # Without a key: written by a version before it, which ran beside this one.
        unkeyed = Q(username_key=None, username=name)
        return self.get(Q(username_key=identity_key(name)) | unkeyed)


class User(auth.AbstractUser):
    """Someone who asks for help or gives it.

    User names and e-mail addresses are unique, whatever their case and spelling in Unicode.
    """

    email = models.EmailField(unique=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.REQUESTER)
    username_key = IdentityKey("username")
    email_key = IdentityKey("email")

    objects: ClassVar[UserManager] = UserManager()

    def save(self, *args: Any, **options: Any) -> None:
        self.username = normalised(self.username)
        self.email = normalised(self.email)
        super().save(*args, **options)
