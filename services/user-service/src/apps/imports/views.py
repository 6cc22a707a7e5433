"""/api/people/imports/ and the exports: for administrators."""

from collections.abc import Callable
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.generics import ListAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from apps.accounts.models import User
from apps.imports import services
from apps.imports.models import Import, Line
from apps.imports.serializers import (
    CommitSerializer,
    ImportSerializer,
    LineSerializer,
    LinesQuery,
    UploadQuery,
)
from apps.imports.upload import CsvParser
from apps.people.permissions import Administrators
from hdms_django import deadline
from hdms_django.idempotency.once import once

SECONDS = 50.0
"""Within which an upload or a commit must be done: longer than other requests (5,000 lines)."""


class ImportViewSet(mixins.RetrieveModelMixin, GenericViewSet[Import]):
    """Upload a file, look at what it would do, let it happen."""

    permission_classes = (Administrators,)
    serializer_class = ImportSerializer
    queryset = Import.objects.all()
    lookup_value_regex = "[0-9]{1,18}"

    def get_parsers(self) -> list[Any]:
        is_upload = (
            self.request is not None and getattr(self, "action_map", {}).get("post") == "create"
        )
        return [CsvParser()] if is_upload else [JSONParser()]

    @extend_schema(parameters=[UploadQuery], request={"text/csv": OpenApiTypes.BINARY})
    @deadline.bounded(SECONDS)
    def create(self, request: Request) -> Response:
        """POST ?kind=people or departments: the file itself."""
        kind = _valid(UploadQuery(data=request.query_params.dict()))["kind"]
        made = services.upload(kind, cast(bytes, request.data or b""), by=_viewer(request))
        return Response(ImportSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CommitSerializer)
    @action(detail=True, methods=["post"])
    @once
    @deadline.bounded(SECONDS)
    def commit(self, request: Request, pk: str) -> Response:
        """POST {"only_good"}: let it happen."""
        only_good = _valid(CommitSerializer(data=request.data))["only_good"]
        done = services.commit(int(pk), by=_viewer(request), only_good=only_good)
        return Response(ImportSerializer(done).data)


@extend_schema(parameters=[LinesQuery])
class LinesView(ListAPIView[Line]):
    """GET ?outcome=: the lines of an import, in pages."""

    permission_classes = (Administrators,)
    serializer_class = LineSerializer

    def get_queryset(self) -> QuerySet[Line]:
        found = get_object_or_404(Import, pk=self.kwargs["pk"])
        return found.lines.filter(**_valid(LinesQuery(data=self.request.query_params.dict())))


class _WhateverIsAccepted(BaseContentNegotiation):
    """The answer is a file, its errors are problems, whatever `Accept` says."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class ExportView(APIView):
    """GET: a file that imports again."""

    permission_classes = (Administrators,)
    content_negotiation_class = _WhateverIsAccepted
    name = ""
    text: Callable[[], str] = staticmethod(str)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    @deadline.bounded(SECONDS)
    def get(self, request: Request) -> HttpResponse:
        answer = HttpResponse(self.text(), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{self.name}.csv"'
        return answer


def _viewer(request: Request) -> User:
    return cast(User, request.user)


def _valid(serializer: BaseSerializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
