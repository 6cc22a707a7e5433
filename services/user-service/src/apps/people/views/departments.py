"""/api/departments/: everybody reads, administrators make and change."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from apps.people import selectors
from apps.people.models import Department
from apps.people.permissions import AdministratorsChange
from apps.people.serializers import DepartmentSerializer
from apps.people.services import departments
from hdms_django.idempotency.once import once
from hdms_django.openapi.schema import CHANGES_A_VERSION
from hdms_django.preconditions import IfMatch, etag


class DepartmentViewSet(mixins.ListModelMixin, GenericViewSet[Department]):
    """List, look at, make and change departments."""

    permission_classes = (AdministratorsChange,)
    serializer_class = DepartmentSerializer
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Department]:
        return selectors.departments()

    def retrieve(self, request: Request, pk: str) -> Response:
        return _answer(self.get_object())

    @once
    def create(self, request: Request) -> Response:
        fields, _reason = _asked(DepartmentSerializer(data=request.data))
        return _answer(departments.make(fields, by=request.user.pk), status.HTTP_201_CREATED)

    @extend_schema(parameters=CHANGES_A_VERSION)
    @once
    def partial_update(self, request: Request, pk: str) -> Response:
        changes, reason = _asked(DepartmentSerializer(data=request.data, partial=True))
        on = IfMatch.of(request)
        return _answer(
            departments.change(int(pk), changes, by=request.user.pk, on=on, reason=reason)
        )


def _asked(serializer: DepartmentSerializer) -> tuple[dict[str, Any], str]:
    serializer.is_valid(raise_exception=True)
    fields = dict(serializer.validated_data)
    return fields, fields.pop("reason", "")


def _answer(department: Department, code: int = 200) -> Response:
    headers = {"ETag": etag(department.version)}
    return Response(DepartmentSerializer(department).data, status=code, headers=headers)
