"""What a client learns from an error while DEBUG is on."""

from django.conf import settings
from django.test import Client

from hdms_common.debug_page import ExceptionReporterFilter


def test_it_masks_every_setting_that_holds_redis_password() -> None:
    shown = str(ExceptionReporterFilter().get_safe_settings())

    assert settings.DATABASES["default"]["PASSWORD"] not in shown
    assert "redis://" not in shown


def test_json_that_is_nested_too_deeply_is_a_bad_request() -> None:
    depth = 100_000

    answer = Client().post(
        "/api/accounts/token", "[" * depth + "]" * depth, content_type="application/json"
    )

    assert answer.status_code == 400
    assert answer.json() == {"detail": "The JSON is nested too deeply."}
