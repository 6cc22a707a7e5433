"""GET /api/files/<id>/download/"""

from apps.files.models import StoredFile
from apps.files.tasks import make_available
from hdms_common.testing.cast import ALICE, BOB, MALLORY, ClientOf


def url(stored_file: StoredFile) -> str:
    return f"/api/files/{stored_file.pk}/download/"


def test_the_owner_downloads_what_a_worker_has_read(
    alices_file: StoredFile, client_of: ClientOf
) -> None:
    make_available(alices_file.pk)

    response = client_of(ALICE).get(url(alices_file))

    assert b"".join(response.streaming_content) == b"hello"
    assert response.headers["Content-Disposition"] == 'attachment; filename="report.txt"'


def test_an_agent_downloads_it_too(alices_file: StoredFile, client_of: ClientOf) -> None:
    make_available(alices_file.pk)

    assert b"".join(client_of(BOB).get(url(alices_file)).streaming_content) == b"hello"


def test_another_requester_does_not(alices_file: StoredFile, client_of: ClientOf) -> None:
    make_available(alices_file.pk)

    assert client_of(MALLORY).get(url(alices_file)).status_code == 404


def test_a_pending_file_cannot_be_downloaded(alices_file: StoredFile, client_of: ClientOf) -> None:
    assert client_of(ALICE).get(url(alices_file)).status_code == 409
