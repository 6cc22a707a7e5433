"""What the services' views share."""

from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import QuerySet
from rest_framework import mixins
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

CHANGING = ("PUT", "PATCH")

Row = TypeVar("Row", bound=models.Model)


class LockedUpdateMixin(mixins.UpdateModelMixin, GenericAPIView[Row]):
    """PUT and PATCH, each from the reading of the row to its writing under the row's lock.

    So what is checked is what is changed, and of two changes at once none is lost.
    """

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            return super().update(request, *args, **kwargs)

    def filter_queryset(self, queryset: QuerySet[Row, Any]) -> QuerySet[Row, Any]:
        found = super().filter_queryset(queryset)
        # OPTIONS looks, as PUT, whether a PUT would be allowed, and changes nothing.
        changes = self.request.method in CHANGING and transaction.get_connection().in_atomic_block
        return found.select_for_update(of=("self",)) if changes else found
