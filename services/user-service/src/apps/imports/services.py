"""Upload, look, commit."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from types import ModuleType
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import NotFound

from apps.accounts.models import User
from apps.imports import departments, people, spreadsheet
from apps.imports.cells import Planned, planned, require_header
from apps.imports.models import Import, Line
from apps.imports.spreadsheet import Fault, Row, Sheet, Unreadable
from hdms_django.exceptions import Conflict

KINDS: dict[str, ModuleType] = {
    Import.Kind.PEOPLE: people,
    Import.Kind.DEPARTMENTS: departments,
}
KEPT = timedelta(days=7)
"""For so long what was uploaded is kept: it is about people."""

BATCH = 500
MOST_TOLD = 20


def upload(kind: str, content: bytes, *, by: User) -> Import:
    """Read a file and store what it would do; nothing else changes."""
    sheet, faults = Sheet("", "", [], []), list[Fault]()
    lines: list[Planned] = []
    try:
        sheet = spreadsheet.read(content)
        require_header(sheet.header, KINDS[kind].fields(), KINDS[kind].KEY)
        lines = _planned(kind, sheet.header, sheet.rows, locked=False)[0]
    except Unreadable as error:
        faults.append(error.fault)
    with transaction.atomic():
        Import.objects.filter(at__lt=timezone.now() - KEPT).delete()
        made = Import.objects.create(
            kind=kind,
            by=by,
            encoding=sheet.encoding,
            delimiter=sheet.delimiter,
            header=[_storable(name) for name in sheet.header],
            faults=[asdict(fault) for fault in faults],
        )
        Line.objects.bulk_create((_stored(made, line) for line in lines), batch_size=BATCH)
    return made


def commit(import_id: int, *, by: User, only_good: bool) -> Import:
    """Do what the lines say, looked at once more as everything is now: all of it or nothing.

    Args:
        only_good: leave out the lines that have a fault.

    Raises:
        NotFound: there is no such upload.
        Conflict: it has happened already; or a line has a fault, and `only_good` is false.
    """
    with transaction.atomic():
        found = Import.objects.select_for_update().filter(pk=import_id).first()
        if found is None:
            raise NotFound("There is no such import; it is kept for a week.")
        if found.state == Import.State.COMMITTED:
            raise Conflict("This import has happened already.")
        rows = [Row(line.line, line.cells) for line in found.lines.all()]
        lines, now = _planned(found.kind, found.header, rows, locked=True)
        _require_good(found, lines, only_good=only_good)
        kind = KINDS[found.kind]
        for first in range(0, len(lines), BATCH):
            kind.carry_out(lines[first : first + BATCH], now, by=by.pk)
            _tell_progress(found, first + BATCH, len(lines))
        found.lines.all().delete()
        Line.objects.bulk_create((_stored(found, line) for line in lines), batch_size=BATCH)
        found.state = Import.State.COMMITTED
        found.save()
    return found


def progress(of: Import) -> int:
    """How much of it is done, in percent; 0 where nobody knows."""
    if of.state == Import.State.COMMITTED:
        return 100
    return int(cache.get(_progress_key(of)) or 0)


def _planned(
    kind: str, header: Sequence[str], rows: Sequence[Row], *, locked: bool
) -> tuple[list[Planned], Any]:
    """The lines as they are to be carried out, and what is there, as the kind's module has it."""
    fields = KINDS[kind].fields()
    lines = [planned(row, header, fields) for row in rows]
    now = KINDS[kind].present(lines, locked=locked)
    KINDS[kind].plan(lines, now)
    return lines, now


def _require_good(found: Import, lines: Sequence[Planned], *, only_good: bool) -> None:
    faults = [Fault(**fault) for fault in found.faults]
    if not only_good:
        faults += [fault for line in lines for fault in line.faults]
    if faults:
        raise Conflict(
            {
                f"line {fault.line}, column {fault.column}": [f"{fault.name}: {fault.message}"]
                for fault in faults[:MOST_TOLD]
            }
        )


def _stored(of: Import, line: Planned) -> Line:
    return Line(
        of=of,
        line=line.row.line,
        cells=[_storable(cell) for cell in line.row.cells],
        outcome=line.outcome,
        changes=line.changes,
        faults=line.told_faults,
    )


def _storable(text: str) -> str:
    """PostgreSQL stores no NUL: what stands for it is as little part of a name."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}\N{ZERO WIDTH SPACE}")


def _tell_progress(of: Import, done: int, total: int) -> None:
    cache.set(_progress_key(of), min(99, 100 * done // total), timeout=3600)


def _progress_key(of: Import) -> str:
    return f"import:{of.pk}:progress"
