"""The ordinary account that runs the components where the toolkit itself runs as root."""

import os
import pwd
from pathlib import Path

from hdms.errors import HdmsError
from hdms.stack import PROJECT

ORDINARY_ACCOUNT = "postgres"


def components_account() -> str | None:
    """Return the account for the components: None for the invoking user's own.

    PostgreSQL and PgBouncer refuse to run as root. Debian's `pgbouncer` brings the account.

    Raises:
        HdmsError: this is root, and the account does not exist.
    """
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(ORDINARY_ACCOUNT)
    except KeyError as error:
        raise HdmsError(
            f"PostgreSQL refuses to run as root, and there is no account {ORDINARY_ACCOUNT!r}",
            "install PgBouncer, whose package makes it: apt-get install pgbouncer",
        ) from error
    return ORDINARY_ACCOUNT


def invoking_account() -> str:
    """Return the name of the account that this process runs as."""
    return pwd.getpwuid(os.geteuid()).pw_name


def give(path: Path, account: str | None) -> None:
    """Make a file or folder belong to `account` (no change for None)."""
    if account is not None:
        entry = pwd.getpwnam(account)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def require_ownership(path: Path, account: str | None) -> None:
    """Check that what exists at `path` belongs to the account that would use it now.

    Or to who asks: it is being made just then, or whoever made it was killed before giving it away.

    Raises:
        HdmsError: another account started this stack.
    """
    if not path.exists():
        return
    expected = pwd.getpwnam(account).pw_uid if account else os.geteuid()
    owner = path.stat().st_uid
    if owner not in (expected, os.geteuid()):
        try:
            name = pwd.getpwuid(owner).pw_name
        except KeyError:
            name = str(owner)
        starter = "root" if name == ORDINARY_ACCOUNT else name
        raise HdmsError(
            f"this stack was started by {starter}: {path} belongs to {name}",
            f"run the command as {starter}, or use a checkout or HDMS_HOME of your own",
        )


def require_passage(path: Path, account: str | None, checkout: Path) -> None:
    """Check that `account` can get to `path`, which is part of `checkout`.

    Raises:
        HdmsError: a folder on the way is closed to it, e.g. `/root`.
    """
    if account is None:
        return
    entry = pwd.getpwnam(account)
    for folder in reversed(path.resolve().parents):
        mode = folder.stat()
        owns = mode.st_uid == entry.pw_uid
        if not mode.st_mode & (0o100 if owns else 0o001):
            raise HdmsError(
                f"PostgreSQL refuses to run as root; as {account!r} it cannot enter {folder}, "
                f"on the way to {path}",
                f"move the checkout to a folder that is open to all, e.g. "
                f"`mv '{checkout}' /srv/`, or run as an ordinary user",
            )


def described_account() -> str:
    """Return whose processes the components are, for `inv doctor`.

    Raises:
        HdmsError: that account cannot read what it must.
    """
    account = components_account()
    if account is None:
        return "an ordinary user"
    require_passage(PROJECT / "config", account, PROJECT)
    return f"root; the components run as {account}"
