"""A `.env` file: its values with their line numbers, and edits that keep everything else."""

import io
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from hdms.errors import HdmsError, InvalidInput

# In quotes, a backslash keeps the next character from ending the value.
_QUOTED_VALUE = re.compile(r"""\s*(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")""")


@dataclass(frozen=True)
class EnvFile:
    """A parsed `.env` file.

    Attributes:
        bindings: its pieces in order (assignments, comments, lines that cannot be read), as
            python-dotenv's parser returns them, each with its original text.
    """

    path: Path
    bindings: tuple[Binding, ...]

    @classmethod
    def read(cls, path: Path) -> "EnvFile":
        """Read a file.

        Raises:
            InvalidInput: it is missing, not readable or not UTF-8 text.
        """
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise InvalidInput(f"{path} is no file", "move it away, then: inv env.init")
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise InvalidInput(f"{path} is missing", "run `inv env.init`") from error
        except UnicodeDecodeError as error:
            raise InvalidInput(
                f"{path} cannot be read as UTF-8 text: {error}",
                f"save it as UTF-8, e.g. iconv -f latin1 -t utf-8 {path} -o {path}.new, "
                "then put that in its place",
            ) from error
        except OSError as error:
            raise InvalidInput(
                f"{path} cannot be read: {error.strerror}",
                "it must be a file that this account may read; where it is not one, move it away "
                "and run `inv env.init`",
            ) from error
        return cls(path, tuple(parse_stream(io.StringIO(text))))

    @property
    def text(self) -> str:
        """The file as it stands."""
        return "".join(binding.original.string for binding in self.bindings)

    @property
    def values(self) -> dict[str, str]:
        """Name to value; where a name stands twice, the last one, as every reader has it."""
        return {b.key: b.value for b in self.bindings if b.key is not None and b.value is not None}

    def line_of(self, name: str) -> int | None:
        """Return the line (from 1) on which a variable is set, None where it is not."""
        lines = self.lines_of(name)
        return lines[-1] if lines else None

    def lines_of(self, name: str) -> list[int]:
        """Return every line on which a variable is set."""
        return [_first_line(b) for b in self.bindings if b.key == name]

    def is_cut(self, name: str) -> bool:
        """Return whether a comment begins on the line on which a variable is set."""
        texts = [b.original.string.rstrip() for b in self.bindings if b.key == name]
        return any(_trailing_comment(text.partition("=")[2]) for text in texts)

    def unreadable_lines(self) -> list[int]:
        """Return the lines that are neither an assignment nor a comment."""
        return [
            _first_line(b)
            for b in self.bindings
            if b.error or (b.key is not None and b.value is None)
        ]

    def with_values(self, changes: Mapping[str, str]) -> str:
        """Return the file's text with some variables set: comments, order and others kept.

        Absent variables are appended. Values must need no quotes (`variable.password()`).
        """
        missing = dict(changes)
        pieces = []
        for binding in self.bindings:
            original = binding.original.string
            if binding.key is not None and binding.key in changes:
                missing.pop(binding.key, None)
                original = _with_value(binding, changes[binding.key])
            pieces.append(original)
        text = "".join(pieces)
        if missing and text and not text.endswith("\n"):
            text += "\n"
        return text + "".join(f"{name}={value}\n" for name, value in missing.items())


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all.

    Raises:
        HdmsError: the folder cannot be made or written to.
    """
    path = path.resolve()  # behind a link, the file that it names is replaced, not the link
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                # A file that the invoking user owns stays theirs when root rewrites it.
                owner = path.stat()
                os.chown(temporary, owner.st_uid, owner.st_gid)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise HdmsError(f"cannot write {path}: {error.strerror}") from error


def _first_line(binding: Binding) -> int:
    # The parser counts the blank lines before an assignment as part of it.
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _with_value(binding: Binding, value: str) -> str:
    original = binding.original.string
    if binding.value == value:
        return original
    start = original.index("=") + 1 if "=" in original else len(original.rstrip())
    old_end = len(original.rstrip("\r\n"))
    comment = _trailing_comment(original[start:old_end])
    separator = "" if "=" in original else "="
    return f"{original[:start]}{separator}{value}{comment}{original[old_end:]}"


def _trailing_comment(assigned: str) -> str:
    """Return the comment behind a value, with the space before it."""
    value = _QUOTED_VALUE.match(assigned)
    behind = assigned[value.end() :] if value else assigned
    position = behind.find(" #")
    return behind[position:] if position >= 0 else ""
