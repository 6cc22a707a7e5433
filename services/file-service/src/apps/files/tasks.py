"""What the worker does with files."""

import hashlib
import logging
import threading
from datetime import timedelta

from celery import current_app, shared_task
from django.utils.timezone import now
from kombu.exceptions import ChannelError, OperationalError

from apps.files import sweep as sweeping
from apps.files.models import StoredFile
from hdms_common.absence import ASK_AGAIN_SECONDS, Absence
from hdms_django import outage

logger = logging.getLogger(__name__)


@shared_task(autoretry_for=outage.ERRORS, retry_backoff=True, retry_backoff_max=5, max_retries=None)
def make_available(file_id: int) -> None:
    """Compute the SHA-256 of a pending file and make it available.

    Idempotent: it may run again after a worker died, or for a file that is gone. While the
    database is away it is tried again after 1, 2, 4, 5, 5 ... s, each less a random part.
    """
    stored_file = StoredFile.objects.filter(pk=file_id).first()
    if stored_file is None:
        logger.info("file %s is gone", file_id)
        return
    with stored_file.content.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    StoredFile.objects.filter(pk=file_id).update(sha256=digest, status=StoredFile.Status.AVAILABLE)


absence = Absence("Redis, the broker,", "uploads stay pending")
_left: set[int] = set()
_leaving = threading.Lock()


def enqueue(file_id: int) -> None:
    """Have a worker make the file available; while Redis is away it stays pending.

    This process tries again every second; should it end before that, a worker takes the file up:
    see enqueue_pending.
    """
    if not absence.may_ask():
        _leave(file_id)
        return
    try:
        make_available.delay(file_id)
    except (OperationalError, *outage.REDIS_ERRORS) as error:
        absence.noticed(error)
        _leave(file_id)
    else:
        absence.over()


def _leave(file_id: int) -> None:
    with _leaving:
        if not _left:
            timer = threading.Timer(ASK_AGAIN_SECONDS, _enqueue_what_was_left)
            timer.daemon = True
            timer.start()
        _left.add(file_id)


def _enqueue_what_was_left() -> None:
    with _leaving:
        files = sorted(_left)
        _left.clear()
    for file_id in files:
        enqueue(file_id)


@shared_task(throws=outage.ERRORS)  # it comes again in a while: a line, no traceback
def enqueue_pending(pending_seconds: int = 0) -> None:
    """Enqueue every file that is pending for so long; what runs twice does no harm.

    Args:
        pending_seconds: if not 0, only where nothing waits in the queue: else the files may.
    """
    pending = StoredFile.objects.filter(status=StoredFile.Status.PENDING)
    if pending_seconds:
        if _queue_length():
            return
        pending = pending.filter(created_at__lt=now() - timedelta(seconds=pending_seconds))
    for file_id in pending.values_list("pk", flat=True):
        enqueue(file_id)


@shared_task(throws=outage.ERRORS)  # as above
def sweep() -> None:
    """Delete the content of uploads that a crash interrupted."""
    if swept := sweeping.sweep():
        logger.warning("deleted %d files that no row names: their uploads were interrupted", swept)


def _queue_length() -> int:
    queue = current_app.conf.task_default_queue
    with current_app.connection_for_read() as connection:
        try:
            declared = connection.default_channel.queue_declare(queue, passive=True)
        except ChannelError:
            return 0  # Redis has no empty lists
    return int(declared.message_count)
