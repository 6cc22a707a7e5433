"""The browser's part, as the toolkit builds it."""

import shutil
from pathlib import Path

import pytest

from hdms import app


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources where a test may change them."""
    copy = tmp_path / "app"
    shutil.copytree(app.APP, copy, ignore=shutil.ignore_patterns("node_modules", "test-results"))
    monkeypatch.setattr(app, "APP", copy)
    return copy


def test_the_same_sources_are_not_built_again() -> None:
    app.ensure(print)
    announced: list[str] = []

    app.ensure(announced.append)

    assert announced == []
    assert (app.folder() / app.PAGE).exists()


@pytest.mark.parametrize("path", ["src/main.tsx", "src/i18n/ur.json", "public/icon.svg"])
def test_a_changed_source_is_another_build(copied: Path, path: str) -> None:
    before = app.fingerprint()

    with (copied / path).open("a") as source:
        source.write("\n")

    assert app.fingerprint() != before


@pytest.mark.parametrize("path", ["src/ui/Time.test.ts", "src/testing/desk.ts", "e2e/places.ts"])
def test_a_changed_test_is_not(copied: Path, path: str) -> None:
    before = app.fingerprint()

    with (copied / path).open("a") as source:
        source.write("\n")

    assert app.fingerprint() == before


def test_the_lock_names_no_registry() -> None:
    locked = (app.APP / "package-lock.json").read_text()

    assert "integrity" in locked
    assert "resolved" not in locked
