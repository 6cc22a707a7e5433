"""How an upload is read."""

from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import multipartparser
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser

NAME_LENGTH = 255  # characters
# Django's 1024 bytes are too few for it: a character may be sent as 12 (`%F0%9F%90%88`).
multipartparser.MAX_TOTAL_HEADER_SIZE = NAME_LENGTH * 12 + 1024  # type: ignore[attr-defined]


class AnonymousFileHandler(FileUploadHandler):
    """Keeps what is being uploaded in a file without a name, which ends with this process.

    Django's own has a name, and stays for ever when the worker is killed.
    """

    def new_file(self, *args: Any, **options: Any) -> None:
        super().new_file(*args, **options)
        self._file = UploadedFile(
            TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR),  # noqa: SIM115 (closed with the request)
            self.file_name,
            self.content_type,
            0,
            self.charset,
            self.content_type_extra,
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._file.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        self._file.seek(0)
        self._file.size = file_size
        return self._file

    def upload_interrupted(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()


class UploadParser(MultiPartParser):
    """REST framework's, with a sentence about a name that is too long."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> "DataAndFiles[Any, Any]":
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as error:
            if "header size" not in str(error.detail):
                raise
            limit = f"at most {NAME_LENGTH} characters"
            raise ParseError(f"The name of the file is too long: expected {limit}.") from error
