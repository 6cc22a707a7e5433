"""What is below /api/departments/."""

from rest_framework.routers import SimpleRouter

from apps.people.views.departments import DepartmentViewSet

router = SimpleRouter()
router.register("", DepartmentViewSet, basename="department")

urlpatterns = router.urls
