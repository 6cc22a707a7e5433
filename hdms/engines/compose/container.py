"""The start and the end of one container."""

import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING

from hdms.engines.base import Announce
from hdms.engines.compose.client import explained
from hdms.engines.compose.state import health_output, is_healthy
from hdms.engines.starting import GivenUp
from hdms.errors import StartFailed, TimedOut
from hdms.process import last_lines
from hdms.wait import told_of, wait_until

if TYPE_CHECKING:
    from docker.models.containers import Container

SERVICE = "com.docker.compose.service"
LOOK_SECONDS = 0.05
LOG_LINES = 15
_DOCKERS_GRACE = 10  # seconds, where a service's definition says nothing
_KILLED = 137


def stop(container: "Container", announce: Announce) -> None:
    """Stop it; who is killed at the end of its grace period is named, with what it said last."""
    name, begin = container.labels[SERVICE], time.monotonic()
    with told_of(f"{name} to stop", announce):
        container.stop()
    grace = container.attrs["Config"].get("StopTimeout") or _DOCKERS_GRACE
    if time.monotonic() - begin < grace:
        return
    container.reload()
    if container.attrs["State"]["ExitCode"] == _KILLED:
        announce(
            f"{name} did not stop within {grace} s and was killed; it said last:\n"
            f"{last_lines(_said(container))}"
        )


def wait_healthy(
    container: "Container", given_up: threading.Event, seconds: float, announce: Announce
) -> None:
    """Wait until it is healthy, for at most these seconds.

    Raises:
        StartFailed: it ended, or is not; the message holds what it said.
        GivenUp: the event was set.
    """
    from docker.errors import NotFound

    name = container.labels[SERVICE]

    def healthy() -> bool:
        try:
            container.reload()
        except NotFound:
            raise StartFailed(f"{name}: its container was removed while it started") from None
        return is_healthy(container)

    def still_possible() -> None:
        if given_up.is_set():
            raise GivenUp(name)
        state = container.attrs["State"]
        ended = state["Status"] not in ("running", "restarting")
        if ended or container.attrs["RestartCount"] > restarted_before:
            said = _said(container)
            error = explained(name, said) if "no space left" in said else None
            # Docker forgets the exit code of a container that it has started again.
            again = not ended
            how = "and was started again" if again else f"with exit code {state['ExitCode']}"
            raise StartFailed(
                f"{name} ended {how}:\n{last_lines(said)}",
                error.hint if error else f"correct what it names; more: inv infra.logs {name}",
            )
        if state.get("Health", {}).get("Status") == "unhealthy":
            raise StartFailed(
                f"{name} runs, but is not healthy: {health_output(container)}",
                f"inv infra.logs {name}",
            )

    # Docker may have started it again before, after a kill: that is not what is waited for.
    healthy()
    restarted_before = container.attrs["RestartCount"]
    try:
        what = f"{name} to be healthy"
        wait_until(healthy, what, seconds, still_possible, LOOK_SECONDS, announce)
    except TimedOut:
        raise StartFailed(
            f"{name} runs and does not answer: not healthy after {seconds:g} s "
            f"(HDMS_WAIT_SECONDS): {health_output(container)}\n{last_lines(_said(container))}",
            f"inv infra.restart {name}; more: inv infra.logs {name}",
        ) from None


def _said(container: "Container") -> str:
    """Return the last lines that a container logged since it was last started, not by Docker."""
    attrs = container.attrs
    begin = attrs["Created"] if attrs["RestartCount"] else attrs["State"]["StartedAt"]
    since = datetime.fromisoformat(f"{begin[:19]}+00:00").timestamp()
    return str(container.logs(tail=LOG_LINES, since=since).decode(errors="replace"))
