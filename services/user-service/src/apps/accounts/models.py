"""The user of the help desk."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from hdms_common.identity import Role


class User(AbstractUser):
    """Someone who asks for help or gives it. Email addresses are unique, whatever their case."""

    email = models.EmailField(unique=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.REQUESTER)

    def save(self, *args: object, **kwargs: object) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)
