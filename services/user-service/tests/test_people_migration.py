"""From the users of before to people (accounts 0003)."""

import importlib
import io
import re

from django.core.management import call_command

from apps.accounts.models import User
from hdms_common.compatibility import WhileServing
from hdms_django.identity import Role

MIGRATION = importlib.import_module("apps.accounts.migrations.0003_people")


def test_an_agent_becomes_a_moderator_and_all_others_stay(alice: User, admin: User) -> None:
    from django.apps import apps

    agent = User.objects.create_user("ann", "ann@example.com")
    User.objects.filter(pk=agent.pk).update(role="agent")

    MIGRATION.agents_are_moderators(apps, None)

    roles = dict(User.objects.values_list("employee_code", "role"))
    assert roles == {"alice": Role.REQUESTER, "ada": Role.ADMIN, "ann": Role.MODERATOR}


def test_the_version_before_can_run_beside_it(db: None) -> None:
    written = io.StringIO()
    call_command("sqlmigrate", "accounts", "0003", stdout=written)
    sql = re.sub("^--.*$", "", written.getvalue(), flags=re.MULTILINE)
    statements = WhileServing()

    for statement in sql.split(";"):
        statements.require_harmless(statement)

    assert "ADD COLUMN" in sql
