"""/api/people/: everybody's directory, and the administrators' moves."""

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_view
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from apps.accounts.models import User
from apps.people import selectors
from apps.people.permissions import Administrators, AdministratorsChange
from apps.people.serializers import (
    MeSerializer,
    PeopleQuery,
    PersonSerializer,
    PublicPersonSerializer,
    ReasonSerializer,
)
from apps.people.services import persons
from hdms_django.idempotency.once import once
from hdms_django.openapi.schema import CHANGES_A_VERSION
from hdms_django.preconditions import IfMatch, etag

AS_ONE_MAY_SEE = PolymorphicProxySerializer(
    component_name="VisiblePerson",
    serializers=[PersonSerializer, PublicPersonSerializer],
    resource_type_field_name=None,
)


@extend_schema_view(
    list=extend_schema(parameters=[PeopleQuery], responses=AS_ONE_MAY_SEE),
    retrieve=extend_schema(responses=AS_ONE_MAY_SEE),
)
class PeopleViewSet(mixins.ListModelMixin, GenericViewSet[User]):
    """List, look at, make, change, deactivate and reactivate people."""

    permission_classes = (AdministratorsChange,)
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[User]:
        if self.action != "list":
            return selectors.people(_viewer(self.request))
        query = PeopleQuery(data=self.request.query_params.dict())
        query.is_valid(raise_exception=True)
        return selectors.found_people(_viewer(self.request), query.validated_data)

    def get_serializer_class(self) -> type[BaseSerializer[User]]:
        administrator = _viewer(self.request).is_administrator
        return PersonSerializer if administrator else PublicPersonSerializer

    def retrieve(self, request: Request, pk: str) -> Response:
        person = self.get_object()
        return Response(self.get_serializer(person).data, headers={"ETag": etag(person.version)})

    @once
    def create(self, request: Request) -> Response:
        asked = _valid(PersonSerializer(data=request.data))
        asked.pop("reason", None)
        person = persons.register(**asked, by=_viewer(request).pk)
        return _answer(person, PersonSerializer, status.HTTP_201_CREATED)

    @extend_schema(parameters=CHANGES_A_VERSION)
    @once
    def partial_update(self, request: Request, pk: str) -> Response:
        changes = _valid(PersonSerializer(data=request.data, partial=True))
        reason = changes.pop("reason", "")
        person = persons.change(
            int(pk), changes, by=_viewer(request).pk, on=IfMatch.of(request), reason=reason
        )
        return _answer(person, PersonSerializer)

    @extend_schema(request=ReasonSerializer, parameters=CHANGES_A_VERSION)
    @action(detail=True, methods=["post"], permission_classes=[Administrators])
    @once
    def deactivate(self, request: Request, pk: str) -> Response:
        """POST: they can sign in no longer."""
        return self._move(persons.deactivate, request, pk)

    @extend_schema(request=ReasonSerializer, parameters=CHANGES_A_VERSION)
    @action(detail=True, methods=["post"], permission_classes=[Administrators])
    @once
    def reactivate(self, request: Request, pk: str) -> Response:
        """POST: they can sign in again."""
        return self._move(persons.reactivate, request, pk)

    def _move(self, move: Any, request: Request, pk: str) -> Response:
        reason = _valid(ReasonSerializer(data=request.data))["reason"]
        on = IfMatch.of(request)
        return _answer(
            move(int(pk), by=_viewer(request).pk, on=on, reason=reason), PersonSerializer
        )


class MeView(APIView):
    """/api/people/me/: oneself, and how one is reached."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return _answer(_viewer(request), MeSerializer)

    @extend_schema(
        request=MeSerializer(partial=True), responses=MeSerializer, parameters=CHANGES_A_VERSION
    )
    @once
    def patch(self, request: Request) -> Response:
        changes = _valid(MeSerializer(data=request.data, partial=True))
        me = _viewer(request).pk
        return _answer(persons.change(me, changes, by=me, on=IfMatch.of(request)), MeSerializer)


def _viewer(request: Request) -> User:
    return cast(User, request.user)


def _valid(serializer: BaseSerializer[Any]) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _answer(person: User, form: type[BaseSerializer[User]], code: int = 200) -> Response:
    return Response(form(person).data, status=code, headers={"ETag": etag(person.version)})
