"""Events: those of this service, those that wait to be sent, those that took effect here."""

import uuid
from typing import Any

from django.db import connection, models
from django.utils import timezone


class Event(models.Model):
    """Something that happened: audit trail, timeline and outbox in one.

    The database refuses to change or delete one, and puts each into `Outbox` by itself
    (migrations/0001_initial.py).
    """

    position = models.BigAutoField(primary_key=True)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    type = models.CharField(max_length=64)
    schema = models.PositiveSmallIntegerField(default=1)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    by = models.PositiveBigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(default="")
    request_id = models.CharField(max_length=128, default="")
    address = models.GenericIPAddressField(null=True)

    class Meta:
        db_table = "event"
        indexes = (models.Index(fields=["subject_kind", "subject_id", "position"]),)

    def __str__(self) -> str:
        return f"{self.type} of {self.subject_kind} {self.subject_id}"

    @property
    def as_message(self) -> dict[str, Any]:
        """What the other services get, as JSON has it."""
        return {
            "id": str(self.id),
            "type": self.type,
            "schema": self.schema,
            "subject": [self.subject_kind, self.subject_id],
            "position": self.position,
            "at": self.at.isoformat(),
            "by": self.by,
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
        }


class Outbox(models.Model):
    """An event that RabbitMQ has not confirmed yet."""

    # Without a constraint: to check one, PostgreSQL wants the right to change events.
    event = models.OneToOneField(
        Event, models.DO_NOTHING, primary_key=True, db_column="position", db_constraint=False
    )

    class Meta:
        db_table = "outbox"

    def __str__(self) -> str:
        return f"waits: {self.event}"


class Inbox(models.Model):
    """An event that has taken effect in this service."""

    event_id = models.UUIDField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "inbox"

    def __str__(self) -> str:
        return str(self.event_id)

    @classmethod
    def take(cls, event_id: uuid.UUID) -> bool:
        """Whether it has not been here before; from now on it has, if the transaction succeeds."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO inbox (event_id, at) VALUES (%s, now()) ON CONFLICT DO NOTHING",
                [event_id],
            )
            return bool(cursor.rowcount)


class Proof(models.Model):
    """The effect of an event that proves the way (proof.py): one row each time it takes effect."""

    event_id = models.UUIDField(db_index=True)
    position = models.BigIntegerField()
    subject = models.CharField(max_length=64)
    sender = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "event_proof"

    def __str__(self) -> str:
        return f"{self.event_id} of {self.sender}"
