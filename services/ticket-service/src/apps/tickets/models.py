"""The ticket."""

from django.db import models


class Ticket(models.Model):
    """A request for help. The ids are those of user-service's users."""

    class Status(models.TextChoices):
        OPEN = "open"
        IN_PROGRESS = "in_progress"
        RESOLVED = "resolved"
        CLOSED = "closed"

    class Priority(models.TextChoices):
        LOW = "low"
        NORMAL = "normal"
        HIGH = "high"
        URGENT = "urgent"

    subject = models.CharField(max_length=200)
    description = models.TextField(max_length=10_000)
    status = models.CharField(max_length=16, choices=Status, default=Status.OPEN)
    priority = models.CharField(max_length=16, choices=Priority, default=Priority.NORMAL)
    requester_id = models.PositiveBigIntegerField(db_index=True)
    assignee_id = models.PositiveBigIntegerField(null=True, blank=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject}"
