"""The OpenAPI document that a new service begins with."""

from hdms.engines.base import silent
from hdms.new_service import TEMPLATE
from hdms.openapi import DOCUMENT, of_template


def test_the_templates_document_is_what_a_service_made_of_it_is() -> None:
    committed = (TEMPLATE / DOCUMENT).read_text(encoding="utf-8")

    assert committed == of_template(silent), "stale: run `inv openapi`"
