"""The paths of tickets."""

from rest_framework.routers import SimpleRouter

from apps.tickets.views import TicketViewSet

router = SimpleRouter()
router.register("", TicketViewSet, basename="ticket")

urlpatterns = router.urls
