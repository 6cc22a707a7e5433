import uuid

import pytest

pytest_plugins = ["hdms_testing.plugin"]


@pytest.fixture
def room() -> str:
    """A room of the test's own."""
    return f"test-{uuid.uuid4()}"
