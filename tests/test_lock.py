"""The one lock of all packages (`services/requirements.lock`)."""

from hdms import workspace


def test_it_was_made_of_what_the_projects_ask_for_now() -> None:
    head = workspace.LOCK.read_text().splitlines()[:2]

    assert head[1].split()[-1] == workspace.digest(), f"make it anew: {workspace.RENEW}"


def test_it_names_no_registry() -> None:
    """Whoever installs from it uses the registry of his own settings."""
    assert "://" not in workspace.LOCK.read_text()
