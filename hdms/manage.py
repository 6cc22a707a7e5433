"""What a service's `manage.py` answers to the toolkit."""

import json
from collections.abc import Sequence
from typing import Any

from hdms.catalog import find_service
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.process import last_lines


def ask(
    engine: Engine, environment: Environment, service: str, words: Sequence[str], seconds: float
) -> dict[str, Any]:
    """Return the JSON object that a command prints, which may take so many seconds.

    Raises:
        HdmsError: the command has failed; what it said last, and what to do.
    """
    command = [*find_service(service).framework.manage, *words]
    finished = engine.run(environment, service, command, timeout=seconds)
    if finished.exit_code:
        said, _, remedy = last_lines(finished.stderr, 2).strip().partition("\n")
        raise HdmsError(said.removeprefix("CommandError: "), remedy)
    answer: dict[str, Any] = json.loads(finished.stdout)
    return answer
