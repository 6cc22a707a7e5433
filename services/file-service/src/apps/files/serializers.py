"""Files as JSON, and the upload."""

import re
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers

from apps.files.models import StoredFile
from hdms_django.serializers import ModelSerializer

# RFC 9110 5.6.2 and 8.3.1, without parameters.
CONTENT_TYPE = re.compile(r"[\w!#$&^.+-]{1,127}/[\w!#$&^.+-]{1,127}", re.ASCII)


class StoredFileSerializer(ModelSerializer[StoredFile]):
    """A stored file; the client gives only `content`, and the rest is read from that."""

    content = serializers.FileField(write_only=True, max_length=255)

    class Meta:
        model = StoredFile
        fields = (
            "id",
            "owner_id",
            "name",
            "content_type",
            "size",
            "sha256",
            "status",
            "created_at",
            "content",
        )
        read_only_fields = fields[:-1]

    def validate_content(self, content: "UploadedFile[bytes]") -> "UploadedFile[bytes]":
        if (content.size or 0) > settings.FILE_UPLOAD_LIMIT_BYTES:
            limit = settings.FILE_UPLOAD_LIMIT_BYTES
            raise serializers.ValidationError(f"{content.size} bytes; the limit is {limit} bytes.")
        return content

    def create(self, validated_data: dict[str, Any]) -> StoredFile:
        content: UploadedFile[bytes] = validated_data["content"]
        stored_file = StoredFile(
            owner_id=validated_data["owner_id"],
            name=content.name or "",
            content_type=_safe_content_type(content.content_type or ""),
            size=content.size or 0,
        )
        stored_file.store(content)
        return stored_file


def _safe_content_type(given: str) -> str:
    """What the client gave, if it can stand in a header again."""
    well_formed = CONTENT_TYPE.fullmatch(given)
    return given if well_formed else "application/octet-stream"
