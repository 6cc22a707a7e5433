"""Long lists, a page at a time."""

from typing import Any

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.views import APIView


class KeysetPagination(CursorPagination):
    """`next` begins after the last row seen: what is inserted meanwhile shifts nothing.

    In the order of the model's Meta, whose first column is to be unique.
    """

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_ordering(
        self, request: Request, queryset: QuerySet[Model], view: APIView
    ) -> tuple[str, ...]:
        return tuple(map(str, queryset.model._meta.ordering or ())) or ("-id",)

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except ValueError as error:  # the place in a cursor that somebody made up
            raise NotFound(self.invalid_cursor_message) from error
