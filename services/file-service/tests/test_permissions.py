"""Who may what: each cell of permissions.toml."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from apps.files.models import StoredFile
from hdms_testing.permissions import Cell, cells, client_as, operations, owner


def test_every_operation_has_its_row() -> None:
    assert {cell.operation for cell in cells()} == operations()


@pytest.mark.parametrize("cell", cells(), ids=str)
def test_who_may_what(cell: Cell, db: None, settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    stored = StoredFile(
        owner_id=owner(cell),
        name="a.txt",
        content_type="text/plain",
        size=5,
        status=StoredFile.Status.AVAILABLE,
    )
    stored.content.save("a.txt", ContentFile(b"hello"))
    upload = {"data": {"content": SimpleUploadedFile("b.txt", b"hello")}, "format": "multipart"}

    sent = upload if cell.method == "POST" else {}
    assert cell.ask(client_as(cell.kind), stored.pk, **sent) == cell.answer
