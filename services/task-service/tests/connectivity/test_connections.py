"""What `nox -s verify` runs: safe on a stack that somebody works with."""

import pytest

from src.checks import CHECKS
from src.config import Settings
from src.verify import verify


@pytest.mark.parametrize("name", CHECKS)
def test_the_service_proves_its_connection(name: str) -> None:
    (outcome,) = verify(Settings.load(), [name])

    assert outcome.status == "pass", f"{outcome.message}\n{outcome.hint}"
