"""The paths of items."""

from rest_framework.routers import SimpleRouter

from apps.items.views import ItemViewSet

router = SimpleRouter()
router.register("", ItemViewSet, basename="item")

urlpatterns = router.urls
