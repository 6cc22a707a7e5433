"""What the worker does with files."""

import hashlib
import logging
from datetime import timedelta

from celery import current_app, shared_task
from django.utils.timezone import now
from kombu.exceptions import ChannelError, OperationalError

from apps.files.models import StoredFile
from hdms_common import outage
from hdms_common.absence import Absence

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


def enqueue(file_id: int) -> None:
    """Have a worker make the file available; while Redis is away it stays pending.

    A worker takes up what is pending: see enqueue_pending.
    """
    if not absence.may_ask():
        return
    try:
        make_available.delay(file_id)
    except (OperationalError, *outage.REDIS_ERRORS) as error:
        absence.noticed(error)
    else:
        absence.over()


@shared_task
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


def _queue_length() -> int:
    queue = current_app.conf.task_default_queue
    with current_app.connection_for_read() as connection:
        try:
            declared = connection.default_channel.queue_declare(queue, passive=True)
        except ChannelError:
            return 0  # Redis has no empty lists
    return int(declared.message_count)
