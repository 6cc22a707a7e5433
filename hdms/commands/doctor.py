"""`inv doctor`."""

from invoke.context import Context
from invoke.exceptions import Exit

from hdms.commands.chosen import chosen_engine
from hdms.commands.command import ENGINE, JSON, command


@command(help={"json": JSON, "engine": ENGINE})
def doctor(_c: Context, json: bool = False, engine: str | None = None) -> None:
    """Examine this machine and checkout; every line is OK or names a remedy."""
    from hdms import report
    from hdms.doctor import examine

    findings = examine(chosen_engine(engine))
    if json:
        report.print_json([finding.__dict__ for finding in findings])
    else:
        report.print_findings(findings)
    if any(finding.state == "fail" for finding in findings):
        raise Exit(code=1)
