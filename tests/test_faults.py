"""Breaking a stack on purpose: what is refused, and how the figures are made."""

import pytest
from conftest import Edit

from hdms.catalog import component_names
from hdms.engines.fake import FakeEngine
from hdms.environment.validation import load
from hdms.errors import HdmsError, InvalidInput
from hdms.faults.campaign import KINDS, Campaign, Measured, require_kind, run, seen_by
from hdms.faults.load import Seen, Stream
from hdms.stack import Stack


def test_a_stack_of_which_a_part_is_down_is_not_broken_further(stack: Stack) -> None:
    engine = FakeEngine(stack)
    engine.up(load(stack), component_names(), print)

    with pytest.raises(HdmsError, match="everything must run before it is broken"):
        run(engine, load(stack), ["redis"], KINDS, print)


def test_production_is_never_broken(stack: Stack, edit: Edit) -> None:
    edit(stack.root_env, "HDMS_ENVIRONMENT", "production")

    with pytest.raises(InvalidInput, match="in production"):
        run(FakeEngine(stack), load(stack), ["redis"], KINDS, print)


def test_an_unknown_fault_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput) as refused:
        require_kind("explode")

    assert refused.value.hint == "expected one of: restart, stop, kill, pause"


def test_recovery_counts_from_the_return_to_the_last_request_that_failed_or_waited() -> None:
    # The fault comes at 10 s, the component is back at 12 s.
    stream = Stream("user-service", lambda _number: 200)
    stream.seen += [Seen(9.0, 9.1, "before"), Seen(10.5, 11.0, "status 503")]
    stream.seen += [Seen(11.5, 12.5), Seen(12.6, 12.9, "status 503"), Seen(13.0, 13.1)]

    measured = seen_by(stream, "redis", "stop", begin=10.0, back=12.0)

    assert measured == Measured("redis", "stop", "user-service", 1.0, 2, 1.0, 0.9)


@pytest.mark.parametrize(
    ("recovered", "lost", "passed"), [(4.9, 0, True), (5.1, 0, False), (0.0, 1, False)]
)
def test_lost_work_or_a_late_recovery_fails_the_campaign(
    recovered: float, lost: int, passed: bool
) -> None:
    measured = Measured("redis", "kill", "file-service", None, 0, 0.1, recovered)

    assert Campaign([measured], {"file-service": 9}, {"file-service": lost}).passed is passed
