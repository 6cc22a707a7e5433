"""The engines by name, and the one place that chooses between them."""

import os

from hdms.engines.base import Engine
from hdms.engines.compose.client import answers
from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.errors import HdmsError, InvalidInput
from hdms.stack import Stack

ENGINES: dict[str, type[Engine]] = {
    ComposeEngine.name: ComposeEngine,
    EmbeddedEngine.name: EmbeddedEngine,
}
ENGINE_VARIABLE = "HDMS_ENGINE"


def choose(stack: Stack, name: str | None = None) -> Engine:
    """Return the engine called `name`, else the one in `HDMS_ENGINE`, else the one that started
    this stack, else Compose where a Docker engine answers, else the embedded one.

    Raises:
        InvalidInput: there is no engine of this name.
    """
    wanted = name or os.environ.get(ENGINE_VARIABLE) or _remembered(stack)
    if not wanted:
        wanted = ComposeEngine.name if answers() else EmbeddedEngine.name
    if wanted not in ENGINES:
        raise InvalidInput(f"there is no engine {wanted!r}: expected {' or '.join(ENGINES)}")
    return ENGINES[wanted](stack)


def require_sole(engine: Engine) -> None:
    """Check that the stack does not run on another engine.

    Raises:
        HdmsError: it does.
    """
    other = former(engine)
    if other and _runs(ENGINES[other](engine.stack)):
        raise HdmsError(
            f"this stack runs on the {other} engine, not on the {engine.name} one",
            f"inv infra.down --engine {other}, then try again",
        )


def _runs(engine: Engine) -> bool:
    try:
        return bool(engine.running())
    except HdmsError:  # a Docker engine that does not answer runs nothing
        return False


def former(engine: Engine) -> str:
    """Return the name of another engine, which started the stack before; empty if there is none."""
    name = _remembered(engine.stack)
    return name if name != engine.name else ""


def remember(engine: Engine) -> None:
    """Let later commands take this engine, which started the stack and has its data."""
    (engine.stack.state / "engine").write_text(engine.name + "\n")


def forget(engine: Engine) -> None:
    """Let the next command choose anew, if this engine, whose data are gone, was remembered."""
    if _remembered(engine.stack) == engine.name:
        (engine.stack.state / "engine").unlink(missing_ok=True)


def _remembered(stack: Stack) -> str:
    try:
        name = (stack.state / "engine").read_text().strip()
    except OSError:
        return ""
    return name if name in ENGINES else ""
