"""A service's OpenAPI document, and the file of it that is committed."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from hdms_django.openapi.schema import SECURITY_SCHEMES

NAME = "openapi.json"


class Unclear(Exception):
    """A view does not say what it takes or gives; the message has what drf-spectacular says."""


def committed() -> Path:
    """Where the document stands in the checkout, beside the service's pyproject.toml."""
    return Path(settings.SERVICE_DIR) / NAME


def document() -> dict[str, Any]:
    """What the views are.

    Raises:
        Unclear: of a view it cannot be found out.
    """
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    made["components"]["securitySchemes"] = SECURITY_SCHEMES
    validate_schema(made)
    unclear = [*GENERATOR_STATS._error_cache, *GENERATOR_STATS._warn_cache]
    if unclear:
        raise Unclear("annotate with extend_schema:\n" + "\n".join(unclear))
    return made


def as_text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
