"""The paths of imports and exports, below /api/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.imports import export
from apps.imports.views import ExportView, ImportViewSet, LinesView

router = SimpleRouter()
router.register("people/imports", ImportViewSet, basename="import")

urlpatterns = [
    path("people/imports/<int:pk>/lines/", LinesView.as_view()),
    path("people/export/", ExportView.as_view(name="people", text=export.all_people)),
    path(
        "departments/export/",
        ExportView.as_view(name="departments", text=export.all_departments),
    ),
    *router.urls,
]
