"""Breaking a stack on purpose: what is refused, and how the figures are made."""

import os
import signal
import threading
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import Edit
from filelock import FileLock

from hdms.catalog import component_names, process_names
from hdms.engines.fake import FakeEngine
from hdms.environment.validation import load
from hdms.errors import HdmsError, InvalidInput
from hdms.faults import page
from hdms.faults.campaign import Campaign, run
from hdms.faults.incident import Incident, Measured, Span, seen_by, strays
from hdms.faults.kinds import Chosen, choose, require_kind
from hdms.load.steady import alone
from hdms.load.stream import Seen, Stream
from hdms.stack import Stack

REDIS_KILLED = Chosen([("redis", "kill")], [])


def measured(recovered: float = 0.1) -> Measured:
    return Measured("chat", 0.2, 3, 1.5, recovered, "<refused>", (Span("failed", 0.2, 1.7),))


def campaign(recovered: float = 0.1, lost: int = 0, away: float = 1.0, astray: int = 0) -> Campaign:
    incident = Incident(10.0, "user-service", "kill", away, 3.0, (measured(recovered),))
    return Campaign(
        "embedded",
        "load-1",
        [incident],
        {"chat": 9},
        {"chat": ["a message"] * lost},
        {"chat": ["gone"] * astray},
    )


def test_a_stack_of_which_a_part_is_down_is_not_broken_further(stack: Stack) -> None:
    engine = FakeEngine(stack)
    engine.up(load(stack), component_names(), print)

    with pytest.raises(HdmsError, match="needs everything to run"):
        run(engine, load(stack), REDIS_KILLED, print)


def test_production_is_never_broken(stack: Stack, edit: Edit) -> None:
    edit(stack.root_env, "HDMS_ENVIRONMENT", "production")

    with pytest.raises(InvalidInput, match="in production"):
        run(FakeEngine(stack), load(stack), REDIS_KILLED, print)


def test_two_loads_on_one_stack_would_measure_each_other(stack: Stack) -> None:
    engine = FakeEngine(stack)
    stack.state.mkdir()
    engine.up(load(stack), [*component_names(), *process_names()], print)

    with FileLock(stack.state / "load.lock"), pytest.raises(HdmsError, match="another inv faults"):
        run(engine, load(stack), REDIS_KILLED, print)


def test_a_signal_to_end_mends_what_was_broken_as_ctrl_c_does(stack: Stack) -> None:
    stack.state.mkdir()
    mended = []

    with pytest.raises(KeyboardInterrupt), alone(stack):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)
        finally:
            mended.append("redis")

    assert mended == ["redis"]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_an_unknown_fault_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput) as refused:
        require_kind("explode")

    known = "restart, update, stop, kill, pause, hang, refuse, full"
    assert refused.value.hint == f"expected one of: {known}"


def test_a_process_asks_nobody_for_a_password_and_so_cannot_refuse(stack: Stack) -> None:
    engine = FakeEngine(stack)

    assert ("redis", "refuse") in choose(engine).faults
    assert ("file-worker", "refuse") not in choose(engine).faults
    with pytest.raises(InvalidInput, match="file-worker cannot have the fault"):
        choose(engine, ["file-worker"], "refuse")


def test_recovery_counts_from_the_return_to_the_last_request_that_failed_or_waited() -> None:
    # The fault comes at 10 s, the part is back at 12 s.
    stream = Stream("user-service", lambda _number: None)
    stream.seen += [Seen(9.0, 9.1, "before"), Seen(10.5, 11.0, "status 503")]
    stream.seen += [Seen(11.5, 12.5), Seen(12.6, 12.9, "status 503"), Seen(13.0, 13.1)]

    seen = seen_by(stream, begin=10.0, back=12.0)

    assert seen == Measured(
        "user-service",
        noticed=1.0,
        failed=2,
        longest=1.0,
        recovered=0.9,
        error="status 503",
        spans=(Span("failed", 0.5, 1.0), Span("slow", 1.5, 2.5), Span("failed", 2.6, 2.9)),
    )


def test_a_failure_while_nothing_is_broken_is_astray() -> None:
    (incident,) = campaign().incidents  # from 10 s to 13 s
    stream = Stream("chat", lambda _number: None)
    stream.seen += [Seen(8.0, 8.1, "gone"), Seen(9.9, 10.1, "gone"), Seen(12.0, 12.1, "gone")]
    stream.seen += [Seen(13.5, 13.6), Seen(14.0, 14.1, "gone")]

    assert strays(stream, [incident]) == ["gone", "gone"]


def test_an_answer_that_nobody_expects_is_a_failure_and_the_client_goes_on() -> None:
    def request(number: int) -> str:
        if number == 0:
            raise KeyError("id")
        ended.set()
        return "written"

    ended = threading.Event()
    stream = Stream("ticket-service", request)

    stream.run(ended)

    assert [seen.error for seen in stream.seen] == ["KeyError: 'id'", ""]
    assert stream.acknowledged == ["written"]


def test_failures_one_after_the_other_are_one_span() -> None:
    stream = Stream("chat", lambda _number: None)
    stream.seen += [Seen(10.0, 10.1, "gone"), Seen(10.2, 10.3, "gone"), Seen(10.4, 10.5, "gone")]

    assert seen_by(stream, begin=10.0, back=11.0).spans == (Span("failed", 0.0, 0.5),)


@pytest.mark.parametrize(
    ("made", "passed"),
    [
        (campaign(recovered=4.9), True),
        (campaign(recovered=5.1), False),
        (campaign(lost=1), False),
        (campaign(away=10.5), False),
        (campaign(astray=1), False),
    ],
)
def test_lost_work_or_a_late_recovery_fails_the_campaign(made: Campaign, passed: bool) -> None:
    assert made.passed is passed


def test_what_recovers_later_than_our_own_aim_is_named() -> None:
    assert campaign(recovered=2.5).as_dict()["over_2_seconds"] == ["user-service: kill, 2.5 s"]


def test_the_page_needs_no_other_file_and_escapes_what_it_shows(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    stack.state.mkdir()

    text = page.write(campaign(), stack).read_text()

    assert "&lt;refused&gt;" in text
    loaded: list[str] = []

    class References(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            loaded.extend(name for name, _ in attributes if name in ("src", "href"))

    References().feed(text)
    assert loaded == []
