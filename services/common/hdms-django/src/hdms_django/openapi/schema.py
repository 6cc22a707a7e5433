"""How REST framework's views become operations of an OpenAPI document."""

from types import SimpleNamespace
from typing import Any, cast

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_mock_request
from drf_spectacular.utils import Direction, OpenApiParameter
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from hdms_common.problems import CONTENT_TYPE
from hdms_django.authentication import SignedIdentity
from hdms_django.idempotency.once import HEADER as IDEMPOTENCY_KEY
from hdms_django.identity import Role
from hdms_django.preconditions import HEADER as IF_MATCH

API = "/api/"
"""What the front door leads people and programs to begins with this."""

SESSION, ACCESS_TOKEN = "session", "accessToken"
SECURITY_SCHEMES = {
    SESSION: {"type": "apiKey", "in": "cookie", "name": "hdms_session"},
    ACCESS_TOKEN: {"type": "http", "scheme": "bearer"},
}

CHANGES_A_VERSION = [
    OpenApiParameter(
        IF_MATCH,
        str,
        OpenApiParameter.HEADER,
        required=True,
        description='The ETag of the version that is changed, "7" for example; or *.',
    )
]
"""For `extend_schema(parameters=...)` of a view that asks for IfMatch."""

_ONCE = OpenApiParameter(
    IDEMPOTENCY_KEY,
    str,
    OpenApiParameter.HEADER,
    description="A request that is sent again with it gets the first answer, for 24 hours.",
)


class ProblemSerializer(serializers.Serializer[Any]):
    """A problem (RFC 9457): what every error is."""

    type = serializers.CharField()
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="A sentence for a person.")
    errors = serializers.DictField(  # type: ignore[assignment]  # a field, not what is wrong here
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is wrong with each field.",
    )


class OperationSchema(AutoSchema):
    """REST framework's DEFAULT_SCHEMA_CLASS."""

    def get_override_parameters(self) -> list[Any]:
        """What `extend_schema` of a view says, and what `@once` takes."""
        method = getattr(self.view, getattr(self.view, "action", None) or self.method.lower())
        taken = [_ONCE] if getattr(method, "takes_idempotency_key", False) else []
        return [*super().get_override_parameters(), *taken]

    def get_auth(self) -> list[dict[str, list[str]]]:
        """What a client may send at the front door, so that we know who it is."""
        asked = self.view.get_authenticators()
        by_token = any(isinstance(each, SignedIdentity) for each in asked)
        by_session = by_token or any(isinstance(each, SessionAuthentication) for each in asked)
        ways = [SESSION] * by_session + [ACCESS_TOKEN] * by_token
        return [{way: []} for way in ways]

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        """Every operation may answer with a problem."""
        problem = self._get_response_for_code(  # type: ignore[no-untyped-call]
            ProblemSerializer, "default", media_types=[CONTENT_TYPE], direction=direction
        )
        return {**super()._get_response_bodies(direction), "default": problem}


def as_administrator(method: str, path: str, view: Any, request: Any, **options: Any) -> Request:
    """The request of which a view is asked what it takes and gives: whoever may most sends it."""
    made: Request = build_mock_request(method, path, view, request, **options)
    made.user = cast(
        Any,
        SimpleNamespace(id=0, pk=0, role=Role.ADMIN, sees_all=True, is_administrator=True),
    )
    return made


def outside(endpoints: list[tuple[str, Any, Any, Any]]) -> list[tuple[str, Any, Any, Any]]:
    """What the front door leads to: not what machines inside ask (health, exchange, keys)."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith(API)]
