"""The answers that are kept."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

KEPT = timedelta(hours=24)


class Answer(models.Model):
    """What was answered to a person's request with an `Idempotency-Key`, stored with its effect."""

    person_id = models.PositiveBigIntegerField()
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "idempotent_answer"
        constraints = (models.UniqueConstraint(fields=["person_id", "key"], name="one_answer"),)

    def __str__(self) -> str:
        return f"{self.status} to {self.key}"

    @property
    def is_kept(self) -> bool:
        """Whether it is young enough to be given again."""
        return timezone.now() - self.at < KEPT
