"""What `nox -s verify` runs: safe on a stack that somebody works with."""

import asyncio

import pytest

from src.checks import CHECKS, run
from src.config import Settings


@pytest.mark.parametrize("name", CHECKS)
def test_the_service_proves_its_connection(name: str) -> None:
    outcome = asyncio.run(run(name, Settings.load()))

    assert outcome.status == "pass", f"{outcome.message}\n{outcome.hint}"
