"""What loads or breaks a stack needs all of it, and stays away from production."""

from hdms.catalog import component_names, process_names
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.errors import HdmsError, InvalidInput


def require_whole(engine: Engine, environment: Environment, command: str) -> None:
    """Check that a stack is for development, and that every part of it runs.

    Args:
        command: what it is needed for, e.g. "inv faults".

    Raises:
        InvalidInput: it is in production.
        HdmsError: a part of it does not run.
    """
    if environment.in_production:
        raise InvalidInput(f"{command} is for development stacks, and this one is in production")
    missing = {*component_names(), *process_names()} - engine.running()
    if missing:
        raise HdmsError(
            f"{command} needs everything to run, but not running: {', '.join(sorted(missing))}",
            "inv infra.up, inv migrate --all, inv services.up",
        )
