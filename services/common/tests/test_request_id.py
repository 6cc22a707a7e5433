"""The id by which a request is found in every service's log."""

import logging

import pytest
from django.test import Client

from hdms_common.log import RequestIdFilter
from hdms_common.request_id import request_id


def test_the_id_that_the_front_door_gave_is_in_the_answer() -> None:
    assert (
        Client().get("/health/live", headers={"X-Request-ID": "abc-1"})["X-Request-ID"] == "abc-1"
    )


@pytest.mark.parametrize("given", ["", "two words", "a" * 129, "\x1b[31m"])
def test_without_a_plausible_one_an_id_is_made(given: str) -> None:
    made = Client().get("/health/live", headers={"X-Request-ID": given})["X-Request-ID"]

    assert made != given
    assert len(made) == 32


def test_what_is_logged_for_a_request_has_its_id(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(RequestIdFilter())
    with caplog.at_level(logging.WARNING):
        Client().get("/no-such-page", headers={"X-Request-ID": "abc-2"})

    assert {getattr(r, "request_id", None) for r in caplog.records} == {"abc-2"}


def test_what_is_logged_after_a_request_has_no_id() -> None:
    Client().get("/health/live", headers={"X-Request-ID": "abc-3"})

    assert request_id.get() == ""
