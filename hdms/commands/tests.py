"""`inv test`: a developer's loop."""

from invoke.context import Context
from invoke.exceptions import Exit

from hdms.commands.command import command
from hdms.commands.parser import remainder


@command(
    name="test",
    positional=["name"],
    help={
        "name": "a service (ticket), common or toolkit; what follows -- goes to pytest",
        "stop": "stop and delete the stack that is kept for the tests",
    },
    optional=["name"],
)
def test(_c: Context, name: str, stop: bool = False) -> None:
    """Run tests in seconds, on a kept stack of their own: inv test ticket -- -k overdue."""
    from hdms import report
    from hdms.errors import InvalidInput
    from hdms.service_tests import SETS, discard_kept_stack, find_set, run_tests
    from hdms.stack import Stack

    if stop:
        discard_kept_stack(Stack.chosen(), report.announce)
    elif not name:
        raise InvalidInput("whose tests?", f"inv test NAME, one of: {', '.join(SETS)}")
    else:
        code = run_tests(find_set(name), Stack.chosen(), remainder(), report.announce)
        raise Exit(code=code)
