"""People and departments as user-service has told of them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from hdms_django.identity import Role


class Person(models.Model):
    """Somebody of the organisation; the ids are user-service's."""

    id = models.PositiveBigIntegerField(primary_key=True)
    employee_code = models.CharField(max_length=150)
    name = models.CharField(max_length=301)
    email = models.CharField(max_length=254)
    language = models.CharField(max_length=8)
    time_zone = models.CharField(max_length=64)
    role = models.CharField(max_length=16, choices=Role)
    is_approver = models.BooleanField()
    is_active = models.BooleanField()
    departments = ArrayField(models.PositiveBigIntegerField())
    version = models.PositiveIntegerField()

    class Meta:
        db_table = "directory_person"

    def __str__(self) -> str:
        return f"{self.employee_code} {self.name}"


class Department(models.Model):
    """A part of the organisation; the ids are user-service's."""

    id = models.PositiveBigIntegerField(primary_key=True)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=100)
    parent_id = models.PositiveBigIntegerField(null=True)
    head_id = models.PositiveBigIntegerField(null=True, db_index=True)
    is_open = models.BooleanField()
    may_request_approval = models.BooleanField()
    version = models.PositiveIntegerField()

    class Meta:
        db_table = "directory_department"

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Copy(models.Model):
    """How far the directory is: one row.

    Attributes:
        asked_at: when user-service was asked last to tell all of it.
        complete_at: when it had told all; None until then. What has changed since came by events.
    """

    asked_at = models.DateTimeField(null=True)
    complete_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "directory_copy"

    def __str__(self) -> str:
        return f"complete since {self.complete_at}" if self.complete_at else "not complete"

    @classmethod
    def only(cls) -> "Copy":
        """The one row."""
        return cls._default_manager.get_or_create(pk=1)[0]
