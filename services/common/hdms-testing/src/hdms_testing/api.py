"""Asks a service what its OpenAPI document allows, and much that it forbids (schemathesis)."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
import schemathesis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis.errors import Unsatisfiable
from rest_framework.throttling import UserRateThrottle

MODES = list(schemathesis.GenerationMode)


def require_answers(
    operation: str, mode: schemathesis.GenerationMode, headers: Mapping[str, str]
) -> None:
    """Fail where an operation answers as no service may: with a 5xx, or an error of another form.

    What a request changes is rolled back: what comes after it is not about that.
    """
    method, path = operation.split(" ")

    @hypothesis(deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(_schema()[path][method].as_strategy(mode))
    def ask(case: Any) -> None:
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        said = f"{case.as_curl_command()}: {response.status_code} {response.content[:300]!r}"
        assert response.status_code < 500, said
        if response.status_code >= 400:
            assert response.headers["content-type"] == ["application/problem+json"], said

    try:
        with _of_one_test():
            ask()
    except Unsatisfiable:
        pytest.skip("this operation takes nothing that could be wrong")


@cache
def _schema() -> Any:
    """The committed document, asked of the service in this process."""
    text = (settings.SERVICE_DIR / "openapi.json").read_text(encoding="utf-8")
    schema = schemathesis.openapi.from_dict(json.loads(text))
    schema.app = WSGIHandler()
    return schema


@contextmanager
def _of_one_test() -> Iterator[None]:
    """Requests leave the test's connection open, as those of Django's own client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        with patch.object(UserRateThrottle, "allow_request", return_value=True):
            yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
