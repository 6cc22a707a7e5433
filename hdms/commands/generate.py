"""`inv generate`: the files that are made from the catalog and the schema."""

from invoke.context import Context

from hdms.commands.command import command


@command(name="generate")
def generate(_c: Context) -> None:
    """Renew what is made from hdms/catalog.py and the schema of the variables."""
    from hdms import report
    from hdms.generated import stale_files
    from hdms.stack import PROJECT

    stale = stale_files()
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")
        report.say(f"wrote {path.relative_to(PROJECT)}")
    if not stale:
        report.say("every generated file is up to date")
