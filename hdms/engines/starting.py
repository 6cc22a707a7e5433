"""Starting components or processes side by side, given up together when one fails."""

import threading
from collections.abc import Callable, Sequence, Set
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

from hdms.catalog import needed_components
from hdms.engines.base import Started
from hdms.errors import HdmsError
from hdms.interruption import uninterrupted


class GivenUp(HdmsError):
    """Waiting for one became pointless, because another one failed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: given up, because another one failed")


def start_all(
    start: Callable[[str, threading.Event], Started],
    names: Sequence[str],
    give_up: Callable[[], None] = lambda: None,
) -> list[Started]:
    """Call `start(name, given_up)` for each name side by side; return what each returned.

    Args:
        start: raises `GivenUp` soon after the event is set.
        give_up: ends what was started, so that what waits for its answer waits no longer.

    Raises:
        HdmsError: of the first one that failed.
    """
    given_up = threading.Event()
    first: list[BaseException] = []
    with ThreadPoolExecutor(max_workers=max(1, len(names))) as pool:
        futures = [pool.submit(start, name, given_up) for name in names]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            if not all(f.done() and f.exception() is None for f in futures):
                first = _failures(futures)
                given_up.set()
                with uninterrupted():
                    give_up()
                    wait(futures)
    failures = first or _failures(futures)
    if failures:
        raise next((e for e in failures if not isinstance(e, GivenUp)), failures[0]) from None
    return [future.result() for future in futures]


def _failures(futures: "Sequence[Future[Started]]") -> list[BaseException]:
    found = [future.exception() for future in futures if future.done()]
    return [error for error in found if error is not None]


def require_components(names: Sequence[str], running: Set[str]) -> None:
    """Check that what these need runs, or is started with them.

    Raises:
        HdmsError: some of it does neither.
    """
    missing = [name for name in needed_components(names) if name not in {*running, *names}]
    if missing:
        raise HdmsError(
            f"the services need {', '.join(missing)}, which is not running", "inv infra.up"
        )
