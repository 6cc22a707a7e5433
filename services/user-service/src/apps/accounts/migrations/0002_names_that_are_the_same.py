"""A user name and an e-mail address belong to one user, in whatever case and Unicode spelling.

The new columns may be null, so that the version before this one can go on beside it.
"""

from collections import defaultdict
from typing import Any

from django.core.management import CommandError
from django.db import migrations

from hdms_django.identity_key import IdentityKey, identity_key


def give_keys(apps: Any, schema_editor: Any) -> None:
    """Fill the columns; refuse, before anything is changed, where two users have the same name."""
    users = list(apps.get_model("accounts", "User").objects.all())
    same = [clash for of in ("username", "email") for clash in _clashes(users, of)]
    if same:
        raise CommandError(
            "Users must differ in more than the case or the Unicode spelling of their user name "
            f"and e-mail address; these do not: {'; '.join(same)}. Rename or delete all but one "
            "of each (`inv services.manage user shell`), then migrate again."
        )
    for user in users:
        user.save(update_fields=["username_key", "email_key"])


def _clashes(users: list[Any], of: str) -> list[str]:
    found = defaultdict(list)
    for user in users:
        found[identity_key(getattr(user, of))].append(f"{getattr(user, of)!r} (id {user.pk})")
    return [f"{of} {', '.join(each)}" for each in found.values() if len(each) > 1]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AlterModelManagers(name="user", managers=[]),
        migrations.AddField(
            model_name="user", name="username_key", field=IdentityKey(of="username")
        ),
        migrations.AddField(model_name="user", name="email_key", field=IdentityKey(of="email")),
        migrations.RunPython(give_keys, migrations.RunPython.noop),
    ]
