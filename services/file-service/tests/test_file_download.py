"""GET /api/files/<id>/download/"""

import pytest

from apps.files.models import StoredFile
from apps.files.tasks import make_available
from hdms_testing.cast import ALICE, BOB, MALLORY, ClientOf


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


@pytest.mark.parametrize(
    ("wanted", "status", "content", "range_told"),
    [
        ("bytes=1-3", 206, b"ell", "bytes 1-3/5"),
        ("bytes=3-", 206, b"lo", "bytes 3-4/5"),
        ("bytes=-2", 206, b"lo", "bytes 3-4/5"),
        ("bytes=2-900", 206, b"llo", "bytes 2-4/5"),
        ("bytes=0-", 200, b"hello", None),
        ("bytes=3-1", 200, b"hello", None),
        ("bytes=0-0,2-2", 200, b"hello", None),
        ("lines=1-2", 200, b"hello", None),
    ],
)
def test_a_range_is_downloaded(
    alices_file: StoredFile,
    client_of: ClientOf,
    wanted: str,
    status: int,
    content: bytes,
    range_told: str | None,
) -> None:
    make_available(alices_file.pk)

    response = client_of(ALICE).get(url(alices_file), headers={"Range": wanted})

    assert response.status_code == status
    assert b"".join(response.streaming_content) == content
    assert response.headers["Content-Length"] == str(len(content))
    assert response.headers.get("Content-Range") == range_told


@pytest.mark.parametrize("wanted", ["bytes=5-", "bytes=-0"])
def test_a_range_outside_of_the_file_is_a_problem(
    alices_file: StoredFile, client_of: ClientOf, wanted: str
) -> None:
    make_available(alices_file.pk)

    response = client_of(ALICE).get(url(alices_file), headers={"Range": wanted})

    assert (response.status_code, response.json()["status"]) == (416, 416)
    assert response.headers["Content-Range"] == "bytes */5"


def test_what_the_client_has_already_is_not_sent_again(
    alices_file: StoredFile, client_of: ClientOf
) -> None:
    make_available(alices_file.pk)
    alice = client_of(ALICE)
    first = alice.get(url(alices_file))
    etag = first.headers["ETag"]

    again = alice.get(url(alices_file), headers={"If-None-Match": etag})
    resumed = alice.get(url(alices_file), headers={"Range": "bytes=1-", "If-Range": etag})
    other = alice.get(url(alices_file), headers={"Range": "bytes=1-", "If-Range": '"other"'})

    assert (again.status_code, resumed.status_code, other.status_code) == (304, 206, 200)
    contents = [b"".join(response.streaming_content) for response in (first, resumed, other)]
    assert (again.content, contents) == (b"", [b"hello", b"ello", b"hello"])
