import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from apps.files.models import StoredFile
from hdms_common.testing.cast import ALICE
from hdms_common.testing.processes import running

pytest_plugins = ["hdms_common.testing.plugin"]


@pytest.fixture(scope="session")
def worker(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The service's Celery worker on the stack that the tests use; yields its ready file."""
    ready_file = tmp_path_factory.mktemp("worker") / "ready"
    command = [sys.executable, "-m", "celery", "--app", "core", "worker", "--concurrency", "1"]
    with running(command, {"READY_FILE": str(ready_file)}, ready_file.exists):
        yield ready_file
    assert not ready_file.exists()


@pytest.fixture
def alices_file(db: None) -> Iterator[StoredFile]:
    """Uploaded, and not yet read by a worker."""
    stored_file = StoredFile(
        owner_id=ALICE.id, name="report.txt", content_type="text/plain", size=5
    )
    stored_file.content.save("report.txt", ContentFile(b"hello"))
    yield stored_file
    stored_file.content.storage.delete(stored_file.content.name)
