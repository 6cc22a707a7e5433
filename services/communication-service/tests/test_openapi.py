"""The OpenAPI document that is committed, and what comes of asking as it says."""

import pytest
from schemathesis import GenerationMode

from hdms_django.openapi.document import as_text, committed
from hdms_testing.api import MODES, require_answers
from hdms_testing.permissions import bearer_of, operations


def test_the_committed_document_is_what_the_views_are() -> None:
    assert committed().read_text(encoding="utf-8") == as_text(), "stale: run `inv openapi`"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", sorted(operations()))
@pytest.mark.filterwarnings("ignore")  # schemathesis' own
def test_whatever_is_sent_gets_an_answer(operation: str, mode: GenerationMode, db: None) -> None:
    require_answers(operation, mode, {"Authorization": bearer_of("admin")})
