"""Results -> table, JSON, exit code. Colour only on a terminal."""

import json
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from hdms.checks.result import CHECKS, CheckResult
from hdms.doctor import Finding
from hdms.engines.base import Engine, Started, UnitStatus
from hdms.errors import HdmsError, InvalidInput
from hdms.migrate import Migrated

if TYPE_CHECKING:
    from hdms.bench.comparison import Change
    from hdms.bench.result import Bench
    from hdms.faults.campaign import Campaign
    from hdms.soak.growth import Growth
    from hdms.soak.soak import Soak


FILE_WIDTH = 160  # characters of a table that goes to a file


def announce(line: str) -> None:
    """Print a line of progress; to stderr, so that `--json` stays clean."""
    _console(stderr=True).print(
        f"  {line} …", style="dim", markup=False, highlight=False, soft_wrap=True
    )


def say(line: str) -> None:
    """Print a line of the result."""
    _console().print(line, markup=False, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print data for machines."""
    print(json.dumps(value, indent=2))


def print_error(error: HdmsError) -> None:
    """Print an error and what to do next, to stderr."""
    console = _console(stderr=True)
    console.print(f"error: {error.message}", style="red", markup=False, soft_wrap=True)
    if error.hint:
        console.print(f"  do:  {error.hint}", markup=False, highlight=False, soft_wrap=True)


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
    proven = f"{passed} connection{'' if passed == 1 else 's'} proven"
    say(f"\n{proven}, {len(failures)} failed, in {seconds:.1f} s.")


def print_campaign(campaign: "Campaign") -> None:
    """Print what each client saw of each fault, in seconds, and the work that was lost."""
    headings = ("part", "fault", "away", "client", "noticed", "failed", "longest", "recovered")
    rows = []
    for i in campaign.incidents:
        what = (i.part, i.fault, f"{i.away:.2f} s")
        noticed = [m for m in i.measured if m.noticed is not None]
        rows += [
            (
                *(*what, m.stream, f"{m.noticed:.2f} s", str(m.failed)),
                *(f"{m.longest:.2f} s", f"{m.recovered:.2f} s"),
            )
            for m in noticed
        ]
        if not noticed:
            longest = max(m.longest for m in i.measured)
            row = (*what, "none", "", "0", f"{longest:.2f} s", f"{i.recovered:.2f} s")
            rows.append(row)
    print_table(headings, rows)
    unseen = sum(all(m.noticed is None for m in i.measured) for i in campaign.incidents)
    say(f"\n{len(campaign.incidents)} faults; in {unseen} of them no request failed.")
    for stream, names in campaign.lost.items():
        count = campaign.acknowledged.get(stream, 0)
        say(f"{stream}: {count} writes acknowledged, {len(names)} lost")
    slowest = max(campaign.incidents, key=lambda i: i.recovered)
    say(f"Slowest recovery: {slowest.recovered:.2f} s, {slowest.part}: {slowest.fault}.")
    say(f"What was written stays; it begins with {campaign.mark}.")
    for failure in campaign.failures:
        say(f"FAILED {failure}")


def print_soak(soak: "Soak") -> None:
    """Print latencies, what was used, the faults, and what would become of 24 hours."""
    print_table(
        (
            "client",
            "requests",
            "failed",
            "astray",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "longest ms",
            "lost",
        ),
        [
            (
                *(a.stream, str(a.requests), str(a.failed), str(a.strays), str(a.p50)),
                *(str(a.p95), str(a.p99)),
                *(str(a.longest), str(len(soak.lost[a.stream])) if a.stream in soak.lost else ""),
            )
            for a in soak.latencies
        ],
    )
    say("")
    print_table(
        ("what", "whose", "typical", "highest", "in 24 hours", "limit"),
        [
            (
                *(g.metric.partition(",")[0], g.subject, _amount(g, g.typical)),
                *(_amount(g, g.highest), _amount(g, g.in_a_day), _amount(g, g.limit)),
            )
            for g in soak.growths
        ],
    )
    say("")
    for i in soak.incidents:
        noticed = [m.stream for m in i.measured if m.noticed is not None]
        say(
            f"{i.part}: {i.fault}: away {i.away:.2f} s, recovered {i.recovered:.2f} s later, "
            f"noticed by {', '.join(noticed) or 'nobody'}"
        )
    exceeded = [f"{g.metric} of {g.subject}" for g in soak.growths if not g.holds]
    if exceeded:
        say(f"24 hours would not hold: {'; '.join(exceeded)}.")
    elif soak.judged:
        say("24 hours would hold: at the growth measured, everything stays within its limits.")
        unknown = [f"{g.metric} of {g.subject}" for g in soak.growths if g.in_a_day is None]
        if unknown:
            say(f"Too often restarted, or too rarely seen, to be judged: {'; '.join(unknown)}.")
    else:
        say("Too short to say anything of 24 hours.")


def _amount(growth: "Growth", value: float | None) -> str:
    if value is None:
        return "?"
    return f"{value / 2**20:.0f} MiB" if growth.metric.startswith("memory") else f"{value:.0f}"


def print_bench(bench: "Bench", changes: "Sequence[Change]") -> None:
    """Print what ours and the bare driver cost, why, and what changed since an earlier run."""
    units = {"us": "µs", "requests/s": "/s"}

    def cell(value: float | None, unit: str) -> str:
        return "-" if value is None else f"{value:,.0f} {units.get(unit, unit)}"

    print_table(
        ("", "ours", "bare", "ratio"),
        [(r.name, cell(r.ours, r.unit), cell(r.bare, r.unit), _ratio(r.ratio)) for r in bench.rows],
    )
    say("\nA ratio is what ours costs, in the bare driver's cost: 1 is the same, more is worse.")
    for why in dict.fromkeys(r.why for r in bench.rows):
        say(f"{'; '.join(r.name for r in bench.rows if r.why == why)}:\n  {why}.")
    if changes:
        say("")
        print_table(
            ("ratio", "before", "now", ""),
            [
                (c.name, _ratio(c.before), _ratio(c.now), "FAIL: worse" if c.worse else "")
                for c in changes
            ],
        )


def bench_as_json(bench: "Bench", changes: "Sequence[Change]") -> dict[str, Any]:
    """Return a run for `--json`, with what changed where it was compared."""
    compared = {"changes": [{**c.__dict__, "worse": c.worse} for c in changes]}
    return bench.as_dict() | (compared if changes else {})


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


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
    from rich.console import Console

    console = Console(stderr=stderr)
    if not console.is_terminal:
        console.width = FILE_WIDTH
    return console


def print_migrated(results: Sequence[Migrated]) -> None:
    """Print what became of each service's migrations."""
    for r in results:
        state = "FAILED" if r.error else f"applied {r.applied}" if r.applied else "up to date"
        say(f"  {r.service:<22} {state:<12} {r.seconds:5.1f} s")
    for r in results:
        if r.error:
            say(f"\n{r.service}: its migration failed:\n{r.error}")


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
