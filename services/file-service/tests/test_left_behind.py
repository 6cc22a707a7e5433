"""What an upload that fails, or is interrupted, leaves behind: nothing."""

import errno
import os
import signal
import socket
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from pytest_django import Settings

from apps.files.models import StoredFile
from apps.files.sweep import HOUR, sweep
from hdms_testing.cast import ALICE, ClientOf
from hdms_testing.processes import free_port, running, web_server
from hdms_testing.waiting import wait_until

URL = "/api/files/"


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def upload(client_of: ClientOf, name: str = "screen.txt") -> Any:
    content = SimpleUploadedFile(name, b"content", "text/plain")
    return client_of(ALICE).post(URL, {"content": content}, format="multipart")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_upload_whose_row_is_refused_leaves_no_file(
    transactional_db: None, media: Path, client_of: ClientOf
) -> None:
    name = f"ALTER TABLE {StoredFile._meta.db_table} ALTER name TYPE"
    with connection.cursor() as cursor:
        cursor.execute(f"{name} varchar(3)")
        try:
            refused = upload(client_of)
        finally:
            cursor.execute(f"{name} varchar(255)")

    assert refused.status_code == 400
    assert files(media) == []


def test_on_a_full_disk_the_answer_is_507_and_neither_row_nor_file_stays(
    transactional_db: None, media: Path, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = FileSystemStorage._save

    def full(storage: FileSystemStorage, name: str, content: Any) -> str:
        whole(storage, name, content)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)

    answer = upload(client_of)

    assert (answer.status_code, answer["Content-Type"]) == (507, "application/problem+json")
    assert (files(media), StoredFile.objects.count()) == ([], 0)


def test_a_name_of_255_characters_of_four_bytes_is_kept(
    db: None, media: Path, client_of: ClientOf
) -> None:
    name = "\N{CAT}" * 251 + ".txt"

    answer = upload(client_of, name)

    assert (answer.status_code, answer.json()["name"]) == (201, name)


def test_a_name_that_is_much_too_long_is_refused_in_words(
    db: None, media: Path, client_of: ClientOf
) -> None:
    name = "\N{CAT}" * 2_000
    disposition = f'form-data; name="content"; filename="{name}"'
    part = f"--part\r\nContent-Disposition: {disposition}\r\n\r\ncontent\r\n--part--\r\n"

    answer = client_of(ALICE).generic(
        "POST", URL, part.encode(), content_type="multipart/form-data; boundary=part"
    )

    assert answer.status_code == 400
    assert "name of the file is too long" in answer.json()["detail"]


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(c) for task in tasks.iterdir() for c in (task / "children").read_text().split()]


def holds(pid: int, folder: Path) -> bool:
    targets = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            targets.append(str(descriptor.readlink()))
        except FileNotFoundError:
            continue
    return any(target.startswith(str(folder)) for target in targets)


def test_a_worker_that_is_killed_amid_an_upload_leaves_nothing(
    django_db_setup: None, tmp_path: Path
) -> None:
    port = free_port()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    variables = {"WEB_HOST": "127.0.0.1", "WEB_PORT": str(port), "TMPDIR": str(temporary)}

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    with running([sys.executable, *web_server()], variables, listens) as server:
        wait_until(lambda: bool(children(server.pid)), "the workers")
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(_half_an_upload(10 * 1024**2))
            wait_until(
                lambda: any(holds(pid, temporary) for pid in children(server.pid)),
                "the upload to be under way",
            )
            for pid in children(server.pid):
                os.kill(pid, signal.SIGKILL)

        assert files(temporary) == []


def _half_an_upload(size: int) -> bytes:
    part = b'--part\r\nContent-Disposition: form-data; name="content"; filename="a"\r\n\r\n'
    head = (
        f"POST {URL} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {ALICE.token}\r\n"
        f"Content-Type: multipart/form-data; boundary=part\r\nContent-Length: {size}\r\n\r\n"
    )
    return head.encode() + part + bytes(size // 2)


def test_what_a_crash_left_behind_is_swept_and_nothing_else(
    media: Path, alices_file: StoredFile
) -> None:
    def put(name: str, age: float) -> Path:
        path = media / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"content")
        os.utime(path, (time.time() - age,) * 2)
        return path

    def content() -> str:
        return f"ab/{uuid.uuid4().hex}"

    known = put(alices_file.content.name, 2 * HOUR)
    kept = [known, put(content(), 60), put(content(), 100 * HOUR), put("ab/notes.txt", 2 * HOUR)]
    left = put(content(), 2 * HOUR)

    assert sweep() == 1
    assert not left.exists()
    assert all(path.exists() for path in kept)
