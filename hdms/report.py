"""Results -> table, JSON, exit code. Colour only on a terminal."""

import json
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hdms.as_typed import as_typed
from hdms.checks.result import CHECKS, CheckResult
from hdms.demo import Demo
from hdms.doctor import Finding
from hdms.engines.base import Engine, Started, UnitStatus
from hdms.errors import HdmsError, InvalidInput
from hdms.events import Waiting
from hdms.migrate import Migrated

FILE_WIDTH = 160  # characters of a table that goes to a file


def announce(line: str) -> None:
    """Print a line of progress; to stderr, so that `--json` stays clean."""
    _console(stderr=True).print(
        f"  {as_typed(line)} …", style="dim", markup=False, highlight=False, soft_wrap=True
    )


def say(line: str) -> None:
    """Print a line of the result."""
    _console().print(as_typed(line), markup=False, highlight=False, soft_wrap=True)


def counted(count: int, what: str) -> str:
    """Return "1 fault", "2 faults"."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def print_json(value: Any) -> None:
    """Print data for machines."""
    print(json.dumps(value, indent=2))


def print_error(error: HdmsError) -> None:
    """Print an error and what to do next, to stderr."""
    console = _console(stderr=True)
    message, hint = as_typed(error.message), as_typed(error.hint)
    console.print(f"error: {message}", style="red", markup=False, soft_wrap=True)
    if hint:
        console.print(f"  do:  {hint}", markup=False, highlight=False, soft_wrap=True)


def warn(line: str) -> None:
    """Print what is probably a mistake, to stderr."""
    _console(stderr=True).print(
        f"warning: {as_typed(line)}", style="yellow", markup=False, highlight=False, soft_wrap=True
    )


def print_interrupted() -> None:
    """Print that a signal ended the command, where its terminal is still there."""
    _console(stderr=True).print("\ninterrupted", markup=False)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under headings; a row's cell that says "fail…" or "stopped" stands out."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, style=_style(cell)) for cell in row))
    _console().print(table, soft_wrap=not sys.stdout.isatty())


def print_started(started: Sequence[Started], total: float) -> None:
    """Print a timing line per component or process (seconds)."""
    for s in started:
        took = f"{s.seconds:.2f} s" if s.seconds else "ran already"
        say(f"  {s.name:<22} ready  {took:>11}  {s.note}")
    say(f"Ready in {total:.2f} s.")


def print_status(units: Sequence[UnitStatus]) -> None:
    """Print the state of every component and process."""
    rows = [
        (u.name, u.state, str(u.pid or ""), f"{u.uptime:.0f} s" if u.uptime else "", u.detail)
        for u in units
    ]
    print_table(("name", "state", "pid", "uptime", ""), rows)


def print_results(results: Sequence[CheckResult], seconds: float) -> None:
    """Print the matrix of subjects and checks, then the failures, by remedy."""
    columns = [check for check in CHECKS if any(r.check == check for r in results)]
    cells = {(r.subject, r.check): r for r in results}
    subjects = list(dict.fromkeys(r.subject for r in results))
    print_table(
        ("", *columns),
        [(s, *(_cell(cells.get((s, check))) for check in columns)) for s in subjects],
    )
    failures = [r for r in results if not r.passed]
    for hint in dict.fromkeys(f.hint for f in failures):
        say("")
        for failure in failures:
            if failure.hint == hint:
                say(f"FAIL {failure.id}: {failure.message}")
        if hint:
            say(f"  do: {hint}")
    passed = len(results) - len(failures)
    say(f"\n{counted(passed, 'connection')} proven, {len(failures)} failed, in {seconds:.1f} s.")


def results_as_json(results: Sequence[CheckResult], seconds: float) -> dict[str, Any]:
    """Return the results for `--json`."""
    return {
        "ok": all(r.passed for r in results),
        "seconds": round(seconds, 2),
        "results": [r.as_dict() for r in results],
    }


def _cell(result: CheckResult | None) -> str:
    if result is None:
        return "·"
    return f"ok {result.latency_ms:.0f} ms" if result.passed else "FAIL"


def _style(cell: str) -> str:
    if cell.startswith(("FAIL", "failed")):
        return "bold red"
    return "green" if cell.startswith(("ok", "running")) else ""


def _console(stderr: bool = False) -> Any:
    from hdms.console import Console

    console = Console(stderr=stderr)
    if not console.is_terminal:
        console.width = FILE_WIDTH
    return console


def print_waiting(found: Sequence[Waiting]) -> None:
    """Print what waits in each service, then what is dead, and why."""
    headings = ("service", "to send", "oldest", "to take", "consumers", "dead")
    rows = [
        (
            *(w.service, str(w.to_send), f"{w.oldest_seconds:g} s" if w.to_send else ""),
            *(str(w.to_take), str(w.consumers), str(len(w.dead))),
        )
        for w in found
    ]
    print_table(headings, rows)
    for waiting in found:
        for letter in waiting.dead:
            say(f"\nDEAD in {waiting.service}: {letter.type} of {letter.sender}: {letter.reason}")
            say(f"  do: remove the cause, then: inv events.replay {letter.id}")


def print_migrated(results: Sequence[Migrated], again: str) -> None:
    """Print what became of each service's migrations; `again` is the command to repeat."""
    for r in results:
        state = "FAILED" if r.error else f"applied {r.applied}" if r.applied else "up to date"
        say(f"  {r.service:<22} {state:<12} {r.seconds:5.1f} s")
    for r in results:
        if r.error:
            say(f"\n{r.service}: its migration failed, what runs goes on as it was:\n{r.error}")
            say(f"  do:  correct what these lines name, then: {again}")


def print_demo(demo: Demo) -> None:
    """Print how many people are new, and where and as whom one signs in."""
    known = [each for each in demo.sign_ins if each.password]
    if known:
        rows = [(each.code, each.kind, each.name) for each in known]
        print_table(("sign in as", "", ""), rows)
        say(f"\nAll have the password {known[0].password}")
    say(f"Open {demo.address}{f' and sign in as {known[0].code}' if known else ''}.")


def print_findings(findings: Sequence[Finding]) -> None:
    """Print what `inv doctor` found, a line each, with the remedy below."""
    labels = {"ok": "OK  ", "note": "NOTE", "fail": "FAIL"}
    for finding in findings:
        say(f"{labels[finding.state]} {finding.subject:<10} {finding.text}")
        if finding.remedy:
            say(f"     {'':<10} do: {finding.remedy}")


def print_logs(engine: Engine, names: Sequence[str], lines: int, follow: bool) -> None:
    """Print logs, each line with the name before it where there are several."""

    def show(name: str) -> None:
        prefix = f"{name:<22} | " if len(names) > 1 else ""
        try:
            for line in engine.logs(name, lines, follow):
                sys.stdout.write(f"{prefix}{line}")
        except HdmsError as error:
            if len(names) == 1:
                raise
            sys.stdout.write(f"{prefix}{error.message}\n")

    with ThreadPoolExecutor(max_workers=len(names) if follow else 1) as pool:
        for _ in pool.map(show, names):
            pass


def confirm(question: str) -> None:
    """Ask on the terminal before something is deleted.

    Raises:
        InvalidInput: the answer is not yes, or there is nobody to ask.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise InvalidInput(f"{question} Nobody can be asked here", "add --yes")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise InvalidInput("nothing was changed")
