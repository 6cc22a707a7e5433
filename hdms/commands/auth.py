"""`inv auth...`: the keys with which user-service signs."""

from invoke.context import Context

from hdms.commands.chosen import chosen_stack
from hdms.commands.command import ENGINE, command

USER_SERVICE = "user-service"


@command(
    name="rotate",
    help={
        "at_once": "a key has become known: the new one signs now, and no other is believed",
        "engine": ENGINE,
    },
)
def rotate(_c: Context, at_once: bool = False, engine: str | None = None) -> None:
    """Make the next key that signs who somebody is; it takes over with overlap."""
    from hdms import report
    from hdms.catalog import find_own_service

    runner, environment = chosen_stack(engine)
    words = [*find_own_service(USER_SERVICE).framework.manage, "rotate_signing_key"]
    words += ["--at-once"] if at_once else []
    report.say(runner.run(environment, USER_SERVICE, words).stdout.strip())
