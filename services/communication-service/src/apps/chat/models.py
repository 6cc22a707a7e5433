"""The chat message."""

from django.db import models


class Message(models.Model):
    """What somebody said in a room. `sender_id` is a user-service user."""

    room = models.CharField(max_length=64)
    sender_id = models.PositiveBigIntegerField()
    sender_name = models.CharField(max_length=150)
    body = models.TextField(max_length=4000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("room", "id")),)

    def __str__(self) -> str:
        return f"{self.sender_name} in {self.room}: {self.body[:40]}"
