"""A soak: what is refused, and what its figures say of a day."""

import pytest

from hdms.errors import InvalidInput
from hdms.soak.growth import LIMITS, growth
from hdms.soak.sampling import MEMORY, Series
from hdms.soak.soak import positive

MIB = 2**20
NOISE = (0, 3, 1, 4, 1, 5, 9, 2, 6, 5)


def memory(per_minute: float, minutes: float = 10) -> Series:
    """A process that begins with 100 MiB, looked at every 2 s."""
    times = [2.0 * i for i in range(int(minutes * 30))]
    values = [100 * MIB + per_minute * t / 60 + NOISE[i % 10] * 1000 for i, t in enumerate(times)]
    return Series("user-service", MEMORY, list(zip(times, values, strict=True)))


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "ten", ""])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="expected a number above 0"):
        positive("--minutes", text)


def test_what_does_not_grow_holds_for_a_day() -> None:
    found = growth(memory(per_minute=0))

    assert (found.per_hour, found.holds) == (0, True)


def test_a_leak_that_fills_the_memory_within_a_day_does_not_hold() -> None:
    found = growth(memory(per_minute=MIB))

    assert found.in_a_day == pytest.approx(100 * MIB + 1440 * MIB, rel=0.05)
    assert not found.holds


def test_a_leak_that_would_take_longer_than_a_day_holds() -> None:
    found = growth(memory(per_minute=0.1 * MIB))

    assert found.per_hour == pytest.approx(6 * MIB, rel=0.05)
    assert found.holds


def test_a_step_is_no_leak() -> None:
    steady = memory(per_minute=0).points
    stepped = [(t, value + 50 * MIB * (t > 400)) for t, value in steady]

    found = growth(Series("redis", MEMORY, stepped))

    assert (found.per_hour, found.holds) == (0, True)


def test_what_exceeds_its_limit_already_does_not_hold() -> None:
    series = Series("redis", MEMORY, [(0.0, 1.0), (2.0, LIMITS[MEMORY] + 1)])

    assert not growth(series).holds


def test_from_a_few_minutes_nothing_is_said_of_a_day() -> None:
    found = growth(memory(per_minute=MIB, minutes=2))

    assert (found.per_hour, found.in_a_day, found.holds) == (None, None, True)
