"""`inv service...`: the making of a service."""

from invoke.context import Context

from hdms.commands.command import command

_NEXT = """\
made {service}: services/{service}, its entry in hdms/catalog.py, and what is generated from that
to see it run:
  inv env.init          its variables, for a stack that exists
  inv infra.up          or, where it runs already: inv env.sync
  inv migrate --service {service}
  inv services.up
  inv verify
its tests: nox -s "tests({service})"
"""


@command(
    name="new",
    positional=["name"],
    help={
        "name": "of one word or several with dashes, e.g. survey for survey-service",
        "port": "its port on this machine's loopback address; default: the first that is left",
    },
)
def new(_c: Context, name: str, port: int = 0) -> None:
    """Make a Django service that runs and is proven at once: its folder, and all that names it."""
    from hdms import report
    from hdms.new_service import make

    report.say(_NEXT.format(service=make(name, port or None)).rstrip())
