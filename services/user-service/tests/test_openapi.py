"""The OpenAPI document that is committed, and what comes of asking as it says."""

import pytest
from django.test import Client
from schemathesis import GenerationMode

from apps.accounts.models import User
from apps.identity.issuing import issue
from hdms_django.openapi.document import as_text, committed
from hdms_testing.api import MODES, require_answers
from hdms_testing.permissions import operations


def test_the_committed_document_is_what_the_views_are() -> None:
    assert committed().read_text(encoding="utf-8") == as_text(), "stale: run `inv openapi`"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("operation", sorted(operations()))
@pytest.mark.filterwarnings("ignore")  # schemathesis' own
def test_whatever_is_sent_gets_an_answer(operation: str, mode: GenerationMode, admin: User) -> None:
    browser = Client()
    browser.force_login(admin)
    csrf = "c" * 32
    headers = {
        "Authorization": f"Bearer {issue(admin)}",
        "Cookie": f"hdms_session={browser.cookies['hdms_session'].value}; csrftoken={csrf}",
        "X-CSRFToken": csrf,
    }

    require_answers(operation, mode, headers)
