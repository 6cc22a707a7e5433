"""Upload, list, retrieve and download files."""

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from apps.files import downloads
from apps.files.models import StoredFile
from apps.files.serializers import StoredFileSerializer
from apps.files.tasks import enqueue
from apps.files.uploads import UploadParser
from hdms_django.directory.standing import user_of


class NotYetAvailable(APIException):
    """The worker has not read the file yet."""

    status_code = 409
    default_detail = "The file is not available yet."
    default_code = "not_yet_available"


class StoredFileViewSet(
    mixins.ListModelMixin,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[StoredFile],
):
    """Owners see their own files, moderators all."""

    serializer_class = StoredFileSerializer
    parser_classes = (UploadParser,)

    def get_queryset(self) -> QuerySet[StoredFile]:
        user = user_of(self.request)
        files = StoredFile.objects.all()
        return files if user.sees_all else files.filter(owner_id=user.id)

    def perform_create(self, serializer: BaseSerializer[StoredFile]) -> None:
        # Outside a transaction (ATOMIC_REQUESTS is off), so the worker can see the row.
        enqueue(serializer.save(owner_id=user_of(self.request).id).pk)

    @extend_schema(responses=dict.fromkeys([(200, "*/*"), (206, "*/*")], OpenApiTypes.BINARY))
    @action(detail=True)
    def download(self, request: Request, pk: str) -> HttpResponseBase:
        """The content, or a range of it."""
        stored_file = self.get_object()
        if stored_file.status != StoredFile.Status.AVAILABLE:
            raise NotYetAvailable
        return downloads.answer(request, stored_file)
