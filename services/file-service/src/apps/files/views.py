"""Upload, list, retrieve and download files."""

from django.db.models import QuerySet
from django.http import FileResponse
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer

from apps.files.models import StoredFile
from apps.files.serializers import StoredFileSerializer
from apps.files.tasks import enqueue


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
    """Owners see their own files, agents all."""

    serializer_class = StoredFileSerializer
    parser_classes = (MultiPartParser,)

    def get_queryset(self) -> QuerySet[StoredFile]:
        user = self.request.user
        files = StoredFile.objects.all()
        return files if user.role.is_agent else files.filter(owner_id=user.id)

    def perform_create(self, serializer: BaseSerializer[StoredFile]) -> None:
        # Outside a transaction (ATOMIC_REQUESTS is off), so the worker can see the row.
        enqueue(serializer.save(owner_id=self.request.user.id).pk)

    @action(detail=True)
    def download(self, request: Request, pk: str) -> FileResponse:
        """The content, always as an attachment: a browser must not run what a user uploaded."""
        stored_file = self.get_object()
        if stored_file.status != StoredFile.Status.AVAILABLE:
            raise NotYetAvailable
        return FileResponse(
            stored_file.content.open("rb"),
            as_attachment=True,
            filename=stored_file.name,
            content_type=stored_file.content_type,
        )
