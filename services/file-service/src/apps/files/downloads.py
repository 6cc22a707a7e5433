"""A file's content as an answer: whole, a range of it, or word that it is what the client has."""

import re
from http import HTTPStatus

from django.core.files import File
from django.http import FileResponse, HttpRequest, HttpResponseBase, JsonResponse
from django.utils.cache import get_conditional_response

from apps.files.models import StoredFile
from hdms_common.problems import CONTENT_TYPE, problem

# One range of bytes; whoever asks for several gets the whole, as RFC 9110 14.2 allows.
_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{1,18})?|-(\d{1,18}))", re.ASCII)


class Part:
    """What is left of a file from where it stands, at most `length` bytes."""

    def __init__(self, file: "File[bytes]", length: int) -> None:
        self._file, self._left = file, length

    def read(self, size: int) -> bytes:
        data: bytes = self._file.read(min(size, self._left))
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()


def answer(request: HttpRequest, stored_file: StoredFile) -> HttpResponseBase:
    """The content as an attachment: a browser must not run what a user uploaded."""
    etag = f'"{stored_file.sha256}"'
    held_already = get_conditional_response(request, etag=etag)
    if held_already is not None:
        held_already["ETag"] = etag
        return held_already
    size = stored_file.content.size
    first, last = _wanted(request, etag, size)
    if first > last and size:
        told = problem(416, f"The file has {size} bytes; the range lies outside of it.")
        headers = {"Content-Range": f"bytes */{size}"}
        return JsonResponse(told, status=416, content_type=CONTENT_TYPE, headers=headers)
    response = _part(stored_file, first, last, size)
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    return response


def _wanted(request: HttpRequest, etag: str, size: int) -> tuple[int, int]:
    """The first and the last byte that are asked for; the first is beyond the last if none is."""
    found = _RANGE.fullmatch(request.headers.get("Range", ""))
    if not found or request.headers.get("If-Range", etag) != etag:
        return 0, size - 1
    first, last, from_end = found.groups()
    if from_end is not None:
        return max(size - int(from_end), 0), size - 1
    if last is not None and int(last) < int(first):
        return 0, size - 1  # no valid range: RFC 9110 14.1.1
    return int(first), min(int(last or size), size - 1)


def _part(stored_file: StoredFile, first: int, last: int, size: int) -> FileResponse:
    content = stored_file.content.open("rb")
    content.seek(first)
    length = last - first + 1
    whole = length == size
    response = FileResponse(
        content if whole else Part(content, length),
        as_attachment=True,
        filename=stored_file.name,
        content_type=stored_file.content_type,
        status=HTTPStatus.OK if whole else HTTPStatus.PARTIAL_CONTENT,
    )
    response["Content-Length"] = str(length)
    if not whole:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response
