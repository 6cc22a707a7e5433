"""The stored file."""

import uuid

from django.core.files import File
from django.db import models, transaction


def content_path(stored_file: "StoredFile", name: str) -> str:
    """Where the content is kept, under MEDIA_ROOT: a random path that owes nothing to the name."""
    key = uuid.uuid4().hex
    return f"{key[:2]}/{key}"


class StoredFile(models.Model):
    """A file that `owner_id`, a user-service user, has uploaded.

    It is pending, and cannot be downloaded, until a worker has read it.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        AVAILABLE = "available"

    owner_id = models.PositiveBigIntegerField(db_index=True)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    status = models.CharField(max_length=16, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)
    content = models.FileField(upload_to=content_path)

    class Meta:
        ordering = ("-id",)

    def store(self, content: "File[bytes]") -> None:
        """Write the row and the content; where one fails, neither stays.

        Should this process die on the way, or the answer to COMMIT be lost, the content may stay:
        see apps.files.sweep.
        """
        storage = self.content.storage
        self.content = content_path(self, "")
        with transaction.atomic():
            self.save()
            try:
                storage.save(self.content.name, content)
            except BaseException:
                storage.delete(self.content.name)
                raise

    def __str__(self) -> str:
        return f"{self.name} ({self.status})"
