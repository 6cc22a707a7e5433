"""`inv openapi`: what the services' APIs are."""

from invoke.context import Context

from hdms.commands.command import command


@command(name="openapi")
def openapi(_c: Context) -> None:
    """Renew the OpenAPI document of each Django service, after a change of its views."""
    from hdms import report
    from hdms.openapi import write_all
    from hdms.stack import PROJECT

    changed = write_all(report.announce)
    for path in changed:
        report.say(f"wrote {path.relative_to(PROJECT)}")
    if not changed:
        report.say("every OpenAPI document is up to date")
