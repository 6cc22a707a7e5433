"""The user of the help desk: a person, with what lets them sign in."""

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth import models as auth
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from apps.accounts.names import code_characters, phone_number, require_showable
from hdms_django.identity import Role
from hdms_django.identity_key import IdentityKey, identity_key, normalised


class Language(models.TextChoices):
    """What the help desk speaks."""

    ENGLISH = "en"
    URDU = "ur"


def require_time_zone(name: str) -> None:
    """Raise ValidationError unless this is a time zone of the IANA's database."""
    if name not in available_timezones():
        raise ValidationError("There is no such time zone; one is Asia/Karachi.")


class UserManager(auth.BaseUserManager["User"]):
    """Finds who signs in, in whatever spelling of their code."""

    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> "User":
        code = str(username)
        # Without a key: written by a version before it, which ran beside this one.
        unkeyed = Q(employee_code_key=None, employee_code=code)
        return self.get(Q(employee_code_key=identity_key(code)) | unkeyed)

    def create_user(
        self, employee_code: str, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        """Register somebody; without a password they cannot sign in yet."""
        from apps.people.services.persons import register  # which needs this model

        return register(employee_code, email, password=password, **fields)

    def create_superuser(
        self, employee_code: str, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        """Register an administrator: what `manage.py createsuperuser` calls."""
        options = {"role": Role.ADMIN, "is_staff": True, "is_superuser": True, **fields}
        return self.create_user(employee_code, email, password, **options)


class User(auth.AbstractUser):
    """Someone who asks for help or gives it.

    Employee codes and e-mail addresses are unique, whatever their case and spelling in Unicode.
    What changes is changed by `apps.people.services`, which tells the other services.
    """

    username = None  # type: ignore[assignment]  # it is the employee code
    # The columns have their former names, so that the version before this one can run beside it.
    employee_code = models.CharField(
        max_length=150, unique=True, db_column="username", validators=[code_characters]
    )
    employee_code_key = IdentityKey("employee_code", db_column="username_key")
    email = models.EmailField(unique=True)
    email_key = IdentityKey("email")
    first_name = models.CharField(max_length=150, blank=True, validators=[require_showable])
    last_name = models.CharField(max_length=150, blank=True, validators=[require_showable])
    phone = models.CharField(
        max_length=32, blank=True, default="", db_default="", validators=[phone_number]
    )
    language = models.CharField(
        max_length=8, choices=Language, default=Language.ENGLISH, db_default=Language.ENGLISH
    )
    time_zone = models.CharField(
        max_length=64, default="UTC", db_default="UTC", validators=[require_time_zone]
    )
    role = models.CharField(max_length=16, choices=Role, default=Role.REQUESTER)
    is_approver = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    USERNAME_FIELD = "employee_code"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # ours is narrower

    class Meta:
        ordering = ("employee_code",)

    def __str__(self) -> str:
        return self.employee_code

    @property
    def name(self) -> str:
        """What the person is called; of who has told no name, the code."""
        return self.get_full_name() or self.employee_code

    @property
    def is_administrator(self) -> bool:
        """Whether they may manage people and departments."""
        return self.is_active and self.role == Role.ADMIN

    def save(self, *args: Any, **options: Any) -> None:
        self.employee_code = normalised(self.employee_code)
        self.email = normalised(self.email)
        super().save(*args, **options)
