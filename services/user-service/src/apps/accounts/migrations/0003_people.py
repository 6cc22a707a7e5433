"""The user name becomes the employee code, the agent the moderator; what is new of a person.

The version before this one can run beside it: no column is renamed, and each new one has a default
in the database. It takes a moderator for a requester, though, until it is replaced.
"""

from typing import Any

from django.db import migrations, models

import apps.accounts.models
import apps.accounts.names
from hdms_django.identity_key import IdentityKey


def agents_are_moderators(apps: Any, schema_editor: Any) -> None:
    apps.get_model("accounts", "User").objects.filter(role="agent").update(role="moderator")


def moderators_are_agents(apps: Any, schema_editor: Any) -> None:
    apps.get_model("accounts", "User").objects.filter(role="moderator").update(role="agent")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_names_that_are_the_same")]

    operations = [
        # Named first, then renamed: so the columns stay what they are.
        migrations.AlterField(
            "user", "username", models.CharField(max_length=150, unique=True, db_column="username")
        ),
        migrations.AlterField(
            "user", "username_key", IdentityKey(of="username", db_column="username_key")
        ),
        migrations.RenameField("user", "username", "employee_code"),
        migrations.RenameField("user", "username_key", "employee_code_key"),
        migrations.AlterField(
            "user",
            "employee_code",
            models.CharField(
                max_length=150,
                unique=True,
                db_column="username",
                validators=[apps.accounts.names.code_characters],
            ),
        ),
        migrations.AlterField(
            "user",
            "employee_code_key",
            IdentityKey(of="employee_code", db_column="username_key"),
        ),
        migrations.AlterModelOptions("user", {"ordering": ("employee_code",)}),
        migrations.AlterField(
            "user",
            "first_name",
            models.CharField(
                blank=True, max_length=150, validators=[apps.accounts.names.require_showable]
            ),
        ),
        migrations.AlterField(
            "user",
            "last_name",
            models.CharField(
                blank=True, max_length=150, validators=[apps.accounts.names.require_showable]
            ),
        ),
        migrations.AddField(
            "user",
            "phone",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=32,
                validators=[apps.accounts.names.phone_number],
            ),
        ),
        migrations.AddField(
            "user",
            "language",
            models.CharField(
                choices=[("en", "English"), ("ur", "Urdu")],
                db_default="en",
                default="en",
                max_length=8,
            ),
        ),
        migrations.AddField(
            "user",
            "time_zone",
            models.CharField(
                db_default="UTC",
                default="UTC",
                max_length=64,
                validators=[apps.accounts.models.require_time_zone],
            ),
        ),
        migrations.AddField(
            "user", "is_approver", models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField(
            "user",
            "version",
            models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.AlterField(
            "user",
            "role",
            models.CharField(
                choices=[
                    ("requester", "Requester"),
                    ("moderator", "Moderator"),
                    ("analyst", "Analyst"),
                    ("admin", "Admin"),
                ],
                default="requester",
                max_length=16,
            ),
        ),
        migrations.RunPython(agents_are_moderators, moderators_are_agents),
    ]
