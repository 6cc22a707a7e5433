"""List, create, retrieve and update tickets."""

from django.db.models import QuerySet
from rest_framework import mixins, viewsets
from rest_framework.serializers import BaseSerializer

from apps.tickets.models import Ticket
from apps.tickets.serializers import AgentTicketSerializer, RequesterTicketSerializer
from hdms_django.directory.standing import user_of
from hdms_django.views import LockedUpdateMixin


class TicketViewSet(
    mixins.ListModelMixin,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    LockedUpdateMixin[Ticket],
    viewsets.GenericViewSet[Ticket],
):
    """Requesters see and change their own tickets, moderators all."""

    def get_queryset(self) -> QuerySet[Ticket]:
        user = user_of(self.request)
        tickets = Ticket.objects.all()
        return tickets if user.sees_all else tickets.filter(requester_id=user.id)

    def get_serializer_class(self) -> type[BaseSerializer[Ticket]]:
        agent = user_of(self.request).sees_all
        return AgentTicketSerializer if agent else RequesterTicketSerializer

    def perform_create(self, serializer: BaseSerializer[Ticket]) -> None:
        serializer.save(requester_id=user_of(self.request).id)
