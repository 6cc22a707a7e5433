"""`inv soak`, with a fault every 20 s."""

import pytest
from conftest import Whole

from hdms import report
from hdms.soak import table
from hdms.soak.soak import run


def test_minutes_of_load_with_faults_on_the_way_hold(
    whole: Whole, request: pytest.FixtureRequest
) -> None:
    minutes = request.config.getoption("soak_minutes")

    soak = run(whole.engine, whole.environment, minutes, 20, report.announce)

    table.print_soak(soak)
    assert {series.subject for series in soak.series} >= whole.engine.running()
    assert soak.passed
