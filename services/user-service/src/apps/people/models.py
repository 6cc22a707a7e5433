"""Departments, and who belongs to them. The people themselves: apps.accounts.models."""

from typing import Any

from django.conf import settings
from django.db import models

from apps.accounts.names import code_characters, require_showable
from hdms_django.identity_key import IdentityKey, normalised


class Department(models.Model):
    """A part of the organisation that others send their requests to.

    It is never deleted, since tickets name it, but closed to new members and tickets. Departments
    form a tree of one level: who has a parent is nobody's.
    """

    code = models.CharField(max_length=32, unique=True, validators=[code_characters])
    code_key = IdentityKey("code")
    name = models.CharField(max_length=100, validators=[require_showable])
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="headed"
    )
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="departments")
    is_open = models.BooleanField(default=True)
    may_request_approval = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def save(self, *args: Any, **options: Any) -> None:
        self.code = normalised(self.code)
        super().save(*args, **options)
