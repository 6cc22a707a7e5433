"""What the cells of a line say, by the rules that the API has for the same fields."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field

from apps.imports.models import Line
from apps.imports.spreadsheet import FORMULA, Fault, Row, Unreadable, meant
from hdms_django.serializers import StrictCharField

Fields = Mapping[str, "Field[Any, Any, Any, Any]"]


_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class YesOrNo(StrictCharField):
    """yes or no, in whatever words programs have for it."""

    def to_internal_value(self, data: Any) -> bool:  # type: ignore[override]
        said = _WORDS.get(data.strip().lower())
        if said is None:
            raise ValidationError("This is yes or no.")
        return said


class Codes(StrictCharField):
    """Codes of departments, with spaces, commas, semicolons or bars between them."""

    def to_internal_value(self, data: Any) -> list[str]:  # type: ignore[override]
        return [code for code in re.split(r"[\s,;|]+", data) if code]


@dataclass
class Planned:
    """A line: what it says, and what is to happen.

    Attributes:
        said: column -> value; what is empty is not there, and leaves all as it is.
        changes: what is to be different.
    """

    row: Row
    header: Sequence[str]
    said: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    is_new: bool = False

    def blame(self, name: str, message: str) -> None:
        """Note a fault of the cell in the column of this name."""
        column = self.header.index(name) + 1 if name in self.header else 0
        self.faults.append(Fault(self.row.line, column, name, message))

    @property
    def outcome(self) -> Line.Outcome:
        """What would happen."""
        if self.faults:
            return Line.Outcome.FAULT
        if self.is_new:
            return Line.Outcome.MAKE
        return Line.Outcome.CHANGE if self.changes else Line.Outcome.SAME

    @property
    def told_faults(self) -> list[dict[str, Any]]:
        """The faults as JSON."""
        return [asdict(fault) for fault in self.faults]


def require_header(header: Sequence[str], fields: Fields, key: str) -> None:
    """Check the names of the columns.

    Raises:
        Unreadable: one is not known, or there twice; or the one that tells lines apart is missing.
    """
    for number, name in enumerate(header, start=1):
        if name not in fields:
            known = ", ".join(fields)
            raise Unreadable(1, number, f"There is no column {name[:50]!r}; there are: {known}.")
        if name in header[: number - 1]:
            raise Unreadable(1, number, f"The column {name} is there twice.")
    if key not in header:
        raise Unreadable(1, 0, f"The column {key} is missing.")


def planned(row: Row, header: Sequence[str], fields: Fields) -> Planned:
    """What the cells of a line say, each by itself."""
    line = Planned(row, header)
    if len(row.cells) != len(header):
        column = min(len(row.cells), len(header)) + 1
        message = f"The line has {len(row.cells)} cells, the first one {len(header)}."
        line.faults.append(Fault(row.line, column, "", message))
        return line
    for name, cell in zip(header, row.cells, strict=True):
        if not cell.strip():
            continue
        if name != "phone" and cell.startswith(FORMULA):
            line.blame(name, f"Begins with {cell[0]!r}, as a formula; put ' before what is none.")
            continue
        try:
            line.said[name] = fields[name].run_validation(meant(cell))
        except ValidationError as error:
            line.blame(name, " ".join(map(str, error.detail)))
    return line
