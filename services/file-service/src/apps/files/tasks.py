"""What the worker does with files."""

import hashlib
import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from apps.files.models import StoredFile
from hdms_common import outage
from hdms_common.log import once_a_minute

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


def enqueue(file_id: int) -> None:
    """Have a worker make the file available; while Redis is away it stays pending and is logged.

    A worker takes up what is pending when it connects to Redis: see enqueue_pending.
    """
    try:
        make_available.delay(file_id)
    except (OperationalError, *outage.REDIS_ERRORS) as error:
        logger.error(
            "file %s stays pending, Redis took no task: %s",
            file_id,
            error,
            extra=once_a_minute("enqueue"),
        )


@shared_task
def enqueue_pending() -> None:
    """Enqueue every pending file; those that already are enqueued run twice, which is harmless."""
    for file_id in StoredFile.objects.filter(status=StoredFile.Status.PENDING).values_list(
        "pk", flat=True
    ):
        enqueue(file_id)
