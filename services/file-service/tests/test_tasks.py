"""What the worker does."""

import hashlib

from apps.files.models import StoredFile
from apps.files.tasks import make_available

HELLO = hashlib.sha256(b"hello").hexdigest()


def test_a_file_is_made_available_once_or_twice_alike(alices_file: StoredFile) -> None:
    for _ in range(2):
        make_available(alices_file.pk)

        alices_file.refresh_from_db()
        assert (alices_file.status, alices_file.sha256) == ("available", HELLO)


def test_a_file_that_is_gone_is_no_error(db: None) -> None:
    make_available(0)
