"""What PostgreSQL refuses because it exists already, told by field: for every table there is."""

import re
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models
from psycopg.errors import UniqueViolation

from hdms_django.identity_key import IdentityKey

TAKEN = "This is in use already."
TAKEN_TOGETHER = "This combination is in use already."

# In any language: Key (column, lower(column::text))=(values)
_KEY = re.compile(r"\((.*?)\)=\(", re.DOTALL)


def errors(error: IntegrityError) -> dict[str, list[str]]:
    """The fields of the constraint that was violated; empty if it is not about uniqueness."""
    cause = error.__cause__
    if not isinstance(cause, UniqueViolation):
        return {}
    names = _fields(cause.diag.table_name or "", cause.diag.message_detail or "")
    if not names:
        return {"non_field_errors": [TAKEN]}
    return {name: [TAKEN if len(names) == 1 else TAKEN_TOGETHER] for name in names}


def _fields(table: str, detail: str) -> list[str]:
    key = _KEY.search(detail)
    words = set(re.findall(r"\w+", key[1])) if key else set()
    return [
        _told_as(field)
        for model in apps.get_models()
        if model._meta.db_table == table
        for field in model._meta.fields
        if field.column in words
    ]


def _told_as(field: "models.Field[Any, Any]") -> str:
    return field.of if isinstance(field, IdentityKey) else field.name
