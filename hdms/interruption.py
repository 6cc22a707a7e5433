"""What ends a command early: Ctrl-C, SIGTERM, and SIGHUP, as from a terminal that is lost."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """A signal came that is treated as Ctrl-C is: what was begun is ended or undone, in order.

    Attributes:
        exit_code: as shells count it.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = 128 + number


def end_without_a_word() -> None:
    """Let Ctrl-C end this process as it ends any: so far there is nothing to undo or to say."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def treat_all_alike() -> None:
    """Raise `Interrupted` for each of the signals, but one that is ignored (`nohup`)."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in _SIGNALS:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _interrupt)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a second signal wait: ending is under way, and half of it would be worse than none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            # Not SIG_IGN: what is started meanwhile would inherit that, and be deaf for ever.
            signal.signal(number, _let_wait)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def to_its_end(do: Callable[[], None]) -> None:
    """Do what must not be left half-done: where it is interrupted, anew, and then raise."""
    try:
        do()
    except KeyboardInterrupt:
        with uninterrupted():
            do()
        raise


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise Interrupted(number)


def _let_wait(_number: int, _frame: FrameType | None) -> None:
    pass
