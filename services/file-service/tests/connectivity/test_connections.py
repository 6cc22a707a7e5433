"""What `nox -s verify` runs: safe on a stack that somebody works with."""

import pytest

from hdms_django.connectivity import checks


@pytest.mark.parametrize("name", checks.of_this_service())
def test_the_service_proves_its_connection(name: str, own_connections: None) -> None:
    outcome = checks.run(name, checks.of_this_service()[name])

    assert outcome.status == "pass", f"{outcome.message}\n{outcome.hint}"
