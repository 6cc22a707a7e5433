import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from apps.files.models import StoredFile
from hdms_testing.cast import ALICE
from hdms_testing.processes import running

pytest_plugins = ["hdms_testing.plugin"]


@contextmanager
def running_worker(folder: Path, queue: str = "celery") -> Iterator[subprocess.Popen[bytes]]:
    """The service's Celery worker on the stack that the tests use; its ready file in `folder`."""
    ready_file = folder / "ready"
    ready_file.unlink(missing_ok=True)
    options = ["--concurrency", "1", "--queues", queue]
    command = [sys.executable, "-m", "celery", "--app", "core", "worker", *options]
    with running(command, {"READY_FILE": str(ready_file)}, ready_file.exists) as process:
        yield process


WorkerRunning = Callable[..., AbstractContextManager[subprocess.Popen[bytes]]]


@pytest.fixture
def worker_running() -> WorkerRunning:
    """Starts a worker that a test may kill; takes the folder of its ready file, and a queue."""
    return running_worker


@pytest.fixture(scope="module")
def worker(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A worker, from the first to the last test of a module; yields its ready file."""
    folder = tmp_path_factory.mktemp("worker")
    with running_worker(folder):
        yield folder / "ready"
    assert not (folder / "ready").exists()


@pytest.fixture
def alices_file(db: None) -> Iterator[StoredFile]:
    """Uploaded, and not yet read by a worker."""
    stored_file = StoredFile(
        owner_id=ALICE.id, name="report.txt", content_type="text/plain", size=5
    )
    stored_file.content.save("report.txt", ContentFile(b"hello"))
    yield stored_file
    stored_file.content.storage.delete(stored_file.content.name)
