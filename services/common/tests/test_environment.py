"""hdms_common.environment"""

import os
from pathlib import Path

import pytest

from hdms_common.environment import Environment, InvalidEnvironment


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `.env`; what it puts into the process is undone after the test."""
    file = tmp_path / ".env"
    file.write_text("TRIAL_NAME=from file\nTRIAL_SECRET='$x#y %z'\nTRIAL_EMPTY=\nTRIAL_PORT=abc\n")
    monkeypatch.delenv("HDMS_ENV_FILE", raising=False)
    for name in ("TRIAL_NAME", "TRIAL_SECRET", "TRIAL_EMPTY", "TRIAL_PORT"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return file


def test_the_dotenv_file_gives_what_the_process_does_not(dotenv: Path) -> None:
    assert Environment("a-service", dotenv).required("TRIAL_NAME") == "from file"


def test_the_process_wins_over_the_file(dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAL_NAME", "from process")

    assert Environment("a-service", dotenv).required("TRIAL_NAME") == "from process"


def test_a_password_may_hold_any_character(dotenv: Path) -> None:
    assert Environment("a-service", dotenv).required("TRIAL_SECRET") == "$x#y %z"


@pytest.mark.parametrize("name", ["TRIAL_EMPTY", "TRIAL_MISSING"])
def test_a_missing_variable_is_named_with_its_file_and_remedy(name: str, dotenv: Path) -> None:
    with pytest.raises(InvalidEnvironment) as error:
        Environment("a-service", dotenv).required(name)

    for part in ("a-service", name, str(dotenv), "inv env.init"):
        assert part in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("value", ["abc", "0", "65536", "-1", "1.5", "²"])
def test_a_number_out_of_range_is_refused(
    value: str, dotenv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIAL_PORT", value)

    with pytest.raises(InvalidEnvironment, match="1 to 65535"):
        Environment("a-service", dotenv).number("TRIAL_PORT", 80, least=1, most=65535)


def test_a_default_stands_in_for_an_empty_value(dotenv: Path) -> None:
    env = Environment("a-service", dotenv)

    assert env.text("TRIAL_EMPTY", "default") == "default"
    assert env.words("TRIAL_EMPTY", ["a"]) == ["a"]


def test_a_secret_is_read_from_the_file_that_name_file_names(
    dotenv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from its own file\n")
    monkeypatch.setenv("TRIAL_NAME_FILE", str(secret))
    env = Environment("a-service", dotenv)

    assert env.required("TRIAL_NAME") == "from its own file"
    secret.unlink()
    with pytest.raises(InvalidEnvironment, match="TRIAL_NAME_FILE"):
        env.required("TRIAL_NAME")


def test_what_the_file_holds_does_not_reach_the_programs_that_the_process_starts(
    dotenv: Path,
) -> None:
    env = Environment("a-service", dotenv)

    assert env.required("TRIAL_SECRET") == "$x#y %z"
    assert "TRIAL_SECRET" not in os.environ
