"""A soak: what is refused, and what its figures say of a day."""

from random import Random

import pytest

from hdms.errors import InvalidInput
from hdms.soak.growth import LIMITS, growth
from hdms.soak.sampling import MEMORY, Series
from hdms.soak.soak import positive

MIB = 2**20
NOISE = (0, 3, 1, 4, 1, 5, 9, 2, 6, 5)


def memory(per_minute: float, minutes: float = 30) -> Series:
    """A process that begins with 100 MiB, looked at every 2 s."""
    times = [2.0 * i for i in range(int(minutes * 30))]
    values = [100 * MIB + per_minute * t / 60 + NOISE[i % 10] * 1000 for i, t in enumerate(times)]
    return Series("user-service", MEMORY, list(zip(times, values, strict=True)))


@pytest.mark.parametrize("text", ["0", "0.05", "-1", "nan", "inf", "ten", ""])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="expected a number"):
        positive("--minutes", text, 0.1)


def test_what_does_not_grow_holds_for_a_day() -> None:
    found = growth(memory(per_minute=0))

    assert (found.per_hour, found.holds) == (0, True)


def test_a_leak_that_fills_the_memory_within_a_day_does_not_hold() -> None:
    found = growth(memory(per_minute=MIB))

    assert found.in_a_day == pytest.approx(130 * MIB + 1440 * MIB, rel=0.05)
    assert not found.holds


def test_a_leak_that_would_take_longer_than_a_day_holds() -> None:
    found = growth(memory(per_minute=0.1 * MIB))

    assert found.per_hour == pytest.approx(6 * MIB, rel=0.05)
    assert found.holds


def test_a_restart_hides_no_leak() -> None:
    leaking = memory(per_minute=MIB).points
    restarted = [(t, value - MIB * 3 * (t > 180)) for t, value in leaking]

    found = growth(Series("user-service", MEMORY, restarted, restarts=[181.0]))

    assert found.per_hour == pytest.approx(60 * MIB, rel=0.05)
    assert not found.holds


def test_between_restarts_that_are_too_near_nothing_can_be_said() -> None:
    points = memory(per_minute=MIB).points

    found = growth(Series("user-service", MEMORY, points, restarts=[600.0, 1200.0]))

    assert found.in_a_day is None


def test_noise_hides_no_leak() -> None:
    random = Random(1)  # noqa: S311 - no secret
    noisy = [(t, v + random.gauss(0, 2 * MIB)) for t, v in memory(per_minute=MIB).points]

    assert not growth(Series("user-service", MEMORY, noisy)).holds


def test_a_day_of_samples_is_judged_like_ten_minutes_of_them() -> None:
    assert growth(memory(per_minute=0.1 * MIB, minutes=1440)).per_hour == pytest.approx(
        6 * MIB, rel=0.05
    )


def test_a_step_is_no_leak() -> None:
    steady = memory(per_minute=0).points
    stepped = [(t, value + 50 * MIB * (t > 1200)) for t, value in steady]

    found = growth(Series("redis", MEMORY, stepped))

    assert (found.per_hour, found.holds) == (0, True)


def test_what_exceeds_its_limit_already_does_not_hold() -> None:
    series = Series("redis", MEMORY, [(0.0, 1.0), (2.0, LIMITS[MEMORY] + 1)])

    assert not growth(series).holds


def test_while_a_process_fills_its_memory_nothing_is_said_of_a_day() -> None:
    found = growth(memory(per_minute=MIB, minutes=10))

    assert (found.per_hour, found.in_a_day, found.holds) == (None, None, True)
