"""Uploads between their preview and their commit."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Import(models.Model):
    """A file that was uploaded, and what became of it."""

    class Kind(models.TextChoices):
        PEOPLE = "people"
        DEPARTMENTS = "departments"

    class State(models.TextChoices):
        PREVIEW = "preview"
        COMMITTED = "committed"

    kind = models.CharField(max_length=16, choices=Kind)
    state = models.CharField(max_length=16, choices=State, default=State.PREVIEW)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, db_index=True)
    encoding = models.CharField(max_length=16, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    header = models.JSONField(default=list)
    faults = models.JSONField(default=list)  # of the file as a whole, as in Line

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Line(models.Model):
    """A line of it: what it says, and what would happen, or has happened."""

    class Outcome(models.TextChoices):
        MAKE = "make"
        CHANGE = "change"
        SAME = "same"
        FAULT = "fault"

    of = models.ForeignKey(Import, models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    cells = models.JSONField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    changes = models.JSONField(default=dict)  # column -> what it would be
    faults = models.JSONField(default=list)  # {"line", "column", "name", "message"}

    class Meta:
        ordering = ("line",)
        constraints = (models.UniqueConstraint(fields=["of", "line"], name="line_of_import"),)

    def __str__(self) -> str:
        return f"{self.of} line {self.line}: {self.outcome}"
