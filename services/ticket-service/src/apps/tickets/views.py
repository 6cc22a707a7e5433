"""List, create, retrieve and update tickets."""

from django.db.models import QuerySet
from rest_framework import mixins, viewsets
from rest_framework.serializers import BaseSerializer

from apps.tickets.models import Ticket
from apps.tickets.serializers import AgentTicketSerializer, RequesterTicketSerializer


class TicketViewSet(
    mixins.ListModelMixin,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet[Ticket],
):
    """Requesters see and change their own tickets, agents all."""

    def get_queryset(self) -> QuerySet[Ticket]:
        user = self.request.user
        tickets = Ticket.objects.all()
        return tickets if user.role.is_agent else tickets.filter(requester_id=user.id)

    def get_serializer_class(self) -> type[BaseSerializer[Ticket]]:
        agent = self.request.user.role.is_agent
        return AgentTicketSerializer if agent else RequesterTicketSerializer

    def perform_create(self, serializer: BaseSerializer[Ticket]) -> None:
        serializer.save(requester_id=self.request.user.id)
