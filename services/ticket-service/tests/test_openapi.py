"""The OpenAPI document that is committed, and what comes of asking as it says."""

from hdms_django.openapi.document import as_text, committed


def test_the_committed_document_is_what_the_views_are() -> None:
    assert committed().read_text(encoding="utf-8") == as_text(), "stale: run `inv openapi`"
