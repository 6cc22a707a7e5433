from pathlib import Path

import pytest

from hdms.environment.env_file import EnvFile, write_private
from hdms.errors import InvalidInput

WRITTEN_BY_HAND = """\
# My stack

A=1 # why one
export B='x y' # quoted
UNKNOWN=kept

C=
"""


@pytest.fixture
def file(tmp_path: Path) -> EnvFile:
    path = tmp_path / ".env"
    path.write_text(WRITTEN_BY_HAND)
    return EnvFile.read(path)


def test_setting_values_keeps_comments_order_and_unknown_variables(file: EnvFile) -> None:
    changed = file.with_values({"A": "2", "B": "new", "C": "3"})

    assert changed == WRITTEN_BY_HAND.replace("A=1", "A=2").replace("'x y'", "new").replace(
        "C=\n", "C=3\n"
    )


def test_a_variable_that_is_absent_is_appended(file: EnvFile) -> None:
    assert file.with_values({"D": "4"}) == WRITTEN_BY_HAND + "D=4\n"


def test_setting_what_is_set_already_changes_nothing(file: EnvFile) -> None:
    assert file.with_values(file.values) == WRITTEN_BY_HAND


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A='abc' # it's mine\n", "A=new # it's mine\n"),
        ('A="abc" # say "hi"\n', 'A=new # say "hi"\n'),
        ('A="a\\"b # c" # d\n', "A=new # d\n"),
        ("A = old\n", "A =new\n"),
        ("A=old", "A=new"),
    ],
)
def test_a_value_is_replaced_whole_and_its_comment_kept(
    tmp_path: Path, before: str, after: str
) -> None:
    (tmp_path / ".env").write_text(before)

    assert EnvFile.read(tmp_path / ".env").with_values({"A": "new"}) == after


def test_lines_are_counted_as_an_editor_counts_them(file: EnvFile) -> None:
    assert [file.line_of(name) for name in ("A", "B", "UNKNOWN", "C", "D")] == [3, 4, 5, 7, None]


def test_a_missing_file_names_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        EnvFile.read(tmp_path / ".env")

    assert "inv env.init" in refused.value.hint


def test_a_file_that_is_not_text_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\xfe")

    with pytest.raises(InvalidInput, match=r"\.env cannot be read as UTF-8"):
        EnvFile.read(tmp_path / ".env")


def test_only_the_owner_may_read_what_is_written(tmp_path: Path) -> None:
    write_private(tmp_path / ".env", "SECRET=1\n")

    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("A=1\n")
    (tmp_path / "link").symlink_to("real")

    write_private(tmp_path / "link", "A=2\n")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "A=2\n"
