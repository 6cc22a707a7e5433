"""The paths of files."""

from rest_framework.routers import SimpleRouter

from apps.files.views import StoredFileViewSet

router = SimpleRouter()
router.register("", StoredFileViewSet, basename="file")

urlpatterns = router.urls
