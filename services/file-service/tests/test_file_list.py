"""GET and POST /api/files/"""

import hashlib
import time
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.files.models import StoredFile
from hdms_testing.cast import ALICE, BOB, MALLORY, ClientOf

URL = "/api/files/"
CONTENT = b"what the screen showed"


def upload(client: APIClient, content: bytes = CONTENT, name: str = "screen.txt") -> dict:
    file = SimpleUploadedFile(name, content, "text/plain")
    response = client.post(URL, {"content": file}, format="multipart")
    return {"status_code": response.status_code, **response.json()}


def test_a_worker_makes_an_upload_available(
    transactional_db: None, worker: Path, client_of: ClientOf
) -> None:
    alice = client_of(ALICE)

    uploaded = upload(alice)

    assert (uploaded["status_code"], uploaded["status"]) == (201, "pending")
    deadline = time.monotonic() + 60
    while (stored := alice.get(f"{URL}{uploaded['id']}/").json())["status"] == "pending":
        assert time.monotonic() < deadline, "the worker did not make it available within 60 s"
        time.sleep(0.05)
    assert stored["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert stored["size"] == len(CONTENT)


def test_the_owner_lists_it(alices_file: StoredFile, client_of: ClientOf) -> None:
    newest = client_of(ALICE).get(URL).json()["results"][0]

    assert (newest["id"], newest["owner_id"]) == (alices_file.pk, ALICE.id)


def test_another_requester_does_not_see_it(alices_file: StoredFile, client_of: ClientOf) -> None:
    assert client_of(MALLORY).get(URL).json()["results"] == []


def test_an_agent_lists_everyones_files(alices_file: StoredFile, client_of: ClientOf) -> None:
    files = client_of(BOB).get(URL).json()["results"]

    assert alices_file.pk in [file["id"] for file in files]


def test_too_large_a_file_is_refused(db: None, client_of: ClientOf, settings: Settings) -> None:
    settings.FILE_UPLOAD_LIMIT_BYTES = len(CONTENT) - 1

    assert upload(client_of(ALICE))["status_code"] == 400


def test_an_empty_file_is_refused(db: None, client_of: ClientOf) -> None:
    assert upload(client_of(ALICE), b"")["status_code"] == 400


def test_nobody_gets_in_without_a_token(db: None, client: APIClient) -> None:
    assert upload(client)["status_code"] == 401
