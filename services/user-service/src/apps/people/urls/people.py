"""What is below /api/people/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from apps.people.views.people import MeView, PeopleViewSet

router = SimpleRouter()
router.register("", PeopleViewSet, basename="person")

urlpatterns = [path("me/", MeView.as_view()), *router.urls]
