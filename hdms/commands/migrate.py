"""`inv migrate`."""

from invoke.context import Context
from invoke.exceptions import Exit

from hdms.commands.chosen import chosen_stack
from hdms.commands.command import ENGINE, SERVICE, command


@command(help={"all": "every service", "service": SERVICE, "engine": ENGINE})
def migrate(
    _c: Context, all: bool = False, service: str | None = None, engine: str | None = None
) -> None:
    """Bring the database schema of one or all services up to date; safe to run again."""
    from hdms import migrate as migrations
    from hdms import report
    from hdms.catalog import SERVICES, find_own_service
    from hdms.errors import InvalidInput

    if all == bool(service):
        raise InvalidInput("expected either --all or --service NAME", "inv migrate --all")
    services = [find_own_service(service)] if service else list(SERVICES)
    results = migrations.migrate(*chosen_stack(engine), services, report.announce)
    report.print_migrated(results, "inv migrate --all")
    if any(result.error for result in results):
        raise Exit(code=1)
