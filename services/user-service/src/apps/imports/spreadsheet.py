"""CSV files as people's programs write them, and as they may read them without harm."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_BYTES = 5 * 2**20
MOST_COLUMNS = 50
MOST_ROWS = 10_000
DELIMITERS = ",;\t"

# What makes a spreadsheet take a cell for a formula; also in full width, and behind white space.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_QUOTE = "'"

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: line and column count from 1; column 0 is the whole line."""

    line: int
    column: int
    name: str
    message: str


class Unreadable(Exception):
    """The file as a whole can be no table."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(line, column, "", message)


@dataclass(frozen=True)
class Row:
    """A record; `line` is the one in the file on which it begins."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Sheet:
    """A file that was read; the first record names the columns."""

    encoding: str
    delimiter: str
    header: list[str]
    rows: list[Row]


def read(content: bytes) -> Sheet:
    """Read a file in UTF-8, UTF-16 or Windows-1252 with commas, semicolons or tabs.

    Raises:
        Unreadable: it is none; says where.
    """
    text, encoding = _decoded(content)
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows = list(_records(text, delimiter))
    if not rows:
        raise Unreadable(1, 0, "The file is empty.")
    header, *others = rows
    return Sheet(encoding, delimiter, [name.strip().lower() for name in header.cells], others)


def write(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The text of a file that `read` reads again, and in which no spreadsheet finds a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    # Without the mark Excel takes UTF-8 for the code page of the machine.
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + written.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet executes; `meant` takes it back."""
    return _QUOTE + cell if cell.startswith((*FORMULA, _QUOTE)) else cell


def meant(cell: str) -> str:
    """What a cell says, without the apostrophe that `harmless` puts before it."""
    is_quoted = cell.startswith(_QUOTE) and cell[1:].startswith((*FORMULA, _QUOTE))
    return cell[1:] if is_quoted else cell


def _decoded(content: bytes) -> tuple[str, str]:
    encodings = [name for mark, name in _MARKS.items() if content.startswith(mark)]
    encodings = encodings[:1] or _unmarked(content)
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError as error:
            wrong = error
    line = content.count(b"\n", 0, wrong.start) + 1
    raise Unreadable(line, 0, f"This is text neither in UTF-8 nor in {wrong.encoding}.")


def _unmarked(content: bytes) -> list[str]:
    """The encodings to try. Of UTF-16 every second byte is 0 where the text is mostly Latin."""
    low, high = content[0:1000:2].count(0), content[1:1000:2].count(0)
    half = min(len(content), 1000) // 4
    if high > half:
        return ["utf-16-le"]
    if low > half:
        return ["utf-16-be"]
    return ["utf-8", "cp1252"]


def _records(text: str, delimiter: str) -> Iterable[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    count = line = 0
    try:
        for cells in reader:
            begins, line = line + 1, reader.line_num
            if len(cells) > MOST_COLUMNS:
                raise Unreadable(
                    begins,
                    MOST_COLUMNS + 1,
                    f"It has {len(cells)} columns; {MOST_COLUMNS} at most.",
                )
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > MOST_ROWS + 1:
                raise Unreadable(begins, 0, f"More than {MOST_ROWS} lines; send them in parts.")
            yield Row(begins, cells)
    except csv.Error as error:
        raise Unreadable(line + 1, 0, f"This is no CSV: {error}.") from error
