"""What we decide where django-allauth asks."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from apps.sign_in import limits
from hdms_common.log import once_a_minute

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Signing in within our limits; nobody signs up here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        name = credentials.get("username") or credentials.get("email") or ""
        try:
            limits.count_attempt(request, str(name))
            with limits.turn():
                person: AbstractBaseUser | None = super().authenticate(request, **credentials)
        except limits.TooManyAttempts:
            raise ImmediateHttpResponse(respond_429(request)) from None
        return person

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: allauth's own limit lets a stranger lock somebody out."""

    def _rollback_login_failed_rl_usage(self) -> None:
        """Nothing: right passwords count, too; each costs us as much."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a letter. Where it cannot go, nobody must see whether there was somebody to get it.

        HERE: the table of letters (issue 13, part 4) takes it instead.
        """
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.error("a letter cannot be sent: %s", error, extra=once_a_minute("letters"))
