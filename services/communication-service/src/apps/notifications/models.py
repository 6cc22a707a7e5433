"""The notification."""

from django.db import models


class Notification(models.Model):
    """Something that `recipient_id`, a user-service user, should know; unread until `read_at`."""

    class Kind(models.TextChoices):
        TICKET = "ticket"
        CHAT = "chat"
        FILE = "file"
        SYSTEM = "system"

    recipient_id = models.PositiveBigIntegerField(db_index=True)
    kind = models.CharField(max_length=16, choices=Kind)
    text = models.CharField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient_id}: {self.text[:40]}"
