"""Imports as JSON."""

from typing import Any

from django.db.models import Count
from rest_framework import serializers

from apps.imports.models import Import, Line
from apps.imports.services import progress
from hdms_django.serializers import ModelSerializer


class ImportSerializer(ModelSerializer[Import]):
    """What an upload would do, in numbers."""

    counts = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()

    class Meta:
        model = Import
        fields = (
            *("id", "kind", "state", "at", "encoding", "delimiter", "header"),
            *("faults", "counts", "progress"),
        )

    def get_counts(self, of: Import) -> dict[str, int]:
        """Outcome -> lines."""
        found = of.lines.order_by().values_list("outcome").annotate(Count("pk"))
        return {**dict.fromkeys(Line.Outcome.values, 0), **dict(found)}

    def get_progress(self, of: Import) -> int:
        """Percent."""
        return progress(of)


class LineSerializer(ModelSerializer[Line]):
    """A line: what it says, what it would change (column -> from, to), what is wrong with it."""

    class Meta:
        model = Line
        fields = ("line", "cells", "outcome", "changes", "faults")


class UploadQuery(serializers.Serializer[Any]):
    """What an upload is about."""

    kind = serializers.ChoiceField(choices=Import.Kind.choices)


class LinesQuery(serializers.Serializer[Any]):
    """Which lines are asked for."""

    outcome = serializers.ChoiceField(choices=Line.Outcome.choices, required=False)


class CommitSerializer(serializers.Serializer[Any]):
    """How to commit: all lines or nothing, or only the good ones."""

    only_good = serializers.BooleanField(default=False)
