"""The engines by name, and the one place that chooses between them."""

import os

from hdms.engines.base import Engine
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.errors import InvalidInput
from hdms.stack import Stack

ENGINES: dict[str, type[Engine]] = {EmbeddedEngine.name: EmbeddedEngine}
ENGINE_VARIABLE = "HDMS_ENGINE"


def choose(stack: Stack, name: str | None = None) -> Engine:
    """Return the engine called `name`, else the one in `HDMS_ENGINE`, else the embedded one.

    Raises:
        InvalidInput: there is no engine of this name.
    """
    wanted = name or os.environ.get(ENGINE_VARIABLE) or EmbeddedEngine.name
    if wanted not in ENGINES:
        raise InvalidInput(f"there is no engine {wanted!r}: expected {' or '.join(ENGINES)}")
    return ENGINES[wanted](stack)
