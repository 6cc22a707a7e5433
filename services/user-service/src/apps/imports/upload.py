"""The body of an upload: the file itself, `Content-Type: text/csv`."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from apps.imports.spreadsheet import MOST_BYTES
from hdms_django.exceptions import TooLarge

TOO_LARGE = f"A file has {MOST_BYTES // 2**20} MiB at most; send it in parts."


class CsvParser(BaseParser):
    """Reads no more than may be there."""

    media_type = "text/csv"

    def parse(  # type: ignore[override]  # not taken apart
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The file.

        Raises:
            TooLarge: it has more than MOST_BYTES.
        """
        length = (parser_context or {})["request"].headers.get("Content-Length", "")
        if length.isdecimal() and int(length) > MOST_BYTES:
            raise TooLarge(TOO_LARGE)  # none of it is read
        content = bytes(stream.read(MOST_BYTES + 1))
        if len(content) > MOST_BYTES:
            raise TooLarge(TOO_LARGE)
        return content
