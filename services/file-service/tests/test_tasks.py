"""What the worker does."""

import hashlib
import json
import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from subprocess import Popen

from django.db import connection, transaction
from django.utils.timezone import now

from apps.files.models import StoredFile
from apps.files.tasks import enqueue_pending, make_available
from hdms_testing.processes import run
from hdms_testing.waiting import wait_until

HELLO = hashlib.sha256(b"hello").hexdigest()


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(c) for task in tasks.iterdir() for c in (task / "children").read_text().split()]


def is_available(stored_file: StoredFile) -> bool:
    stored_file.refresh_from_db()
    return stored_file.status == StoredFile.Status.AVAILABLE


def somebody_waits() -> bool:
    """Whether somebody waits for the end of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"
        )
        return bool(cursor.fetchone()[0])


def test_a_file_is_made_available_once_or_twice_alike(alices_file: StoredFile) -> None:
    for _ in range(2):
        make_available(alices_file.pk)

        alices_file.refresh_from_db()
        assert (alices_file.status, alices_file.sha256) == ("available", HELLO)


def test_a_file_that_is_gone_is_no_error(db: None) -> None:
    make_available(0)


def test_what_a_killed_worker_was_at_is_done_once_it_is_back(
    transactional_db: None,
    alices_file: StoredFile,
    tmp_path: Path,
    worker_running: Callable[..., AbstractContextManager[Popen[bytes]]],
) -> None:
    private = f"test-{alices_file.pk}"  # a queue that the stack's own worker does not look at
    with transaction.atomic():
        StoredFile.objects.select_for_update().get(pk=alices_file.pk)
        make_available.apply_async([alices_file.pk], queue=private)
        with worker_running(tmp_path, private) as worker:
            wait_until(somebody_waits, "the task to be under way")
            for pid in (worker.pid, *children(worker.pid)):
                os.kill(pid, signal.SIGKILL)
            worker.wait()

    with worker_running(tmp_path):
        wait_until(lambda: is_available(alices_file), "the task to end")

    assert alices_file.sha256 == HELLO
    assert StoredFile.objects.filter(owner_id=alices_file.owner_id).count() == 1


def test_a_worker_shows_again_and_again_that_it_works(worker: Path) -> None:
    for _ in range(2):
        shown = worker.stat().st_mtime_ns
        wait_until(lambda shown=shown: worker.stat().st_mtime_ns != shown, "it to show it")


def test_what_no_worker_was_told_of_is_taken_up_later(
    transactional_db: None, alices_file: StoredFile
) -> None:
    enqueue_pending(pending_seconds=60)  # it is too young: its task may be on the way
    assert not is_available(alices_file)

    StoredFile.objects.update(created_at=now() - timedelta(hours=1))
    enqueue_pending(pending_seconds=60)

    wait_until(lambda: is_available(alices_file), "the stack's worker to make it available")


PUBLISH = """
import json, os, threading
from socketserver import BaseRequestHandler, ThreadingTCPServer

calls = 0
class HangUp(BaseRequestHandler):
    def handle(self):
        global calls
        calls += 1

with ThreadingTCPServer(("127.0.0.1", 0), HangUp) as redis:
    threading.Thread(target=redis.serve_forever, daemon=True).start()
    os.environ["REDIS_PORT"] = str(redis.server_address[1])
    import django
    django.setup()
    from kombu.exceptions import OperationalError
    from apps.files.tasks import make_available

    tried = []
    for options in ({}, {"retry_policy": {"max_retries": 0}}, {}, {"retry": False}):
        calls = 0
        try:
            make_available.apply_async([0], **options)
        except OperationalError:
            tried.append(calls)
    redis.shutdown()
print(json.dumps(tried))
"""


def test_without_redis_the_caller_decides_how_often_publishing_is_tried() -> None:
    finished = run(
        "-c", PUBLISH, DJANGO_SETTINGS_MODULE="core.settings.dev", REDIS_HOST="127.0.0.1"
    )

    usual, once, *others = json.loads(finished.stdout)
    assert once == 1 < usual <= 3
    assert others == [usual, usual]
