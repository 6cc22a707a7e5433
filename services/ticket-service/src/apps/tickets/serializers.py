"""Tickets as JSON."""

from apps.tickets.models import Ticket
from hdms_django.serializers import ModelSerializer


class AgentTicketSerializer(ModelSerializer[Ticket]):
    """A ticket as an agent may change it."""

    class Meta:
        model = Ticket
        fields = (
            "id",
            "subject",
            "description",
            "status",
            "priority",
            "requester_id",
            "assignee_id",
            "created_at",
            "updated_at",
        )
        read_only_fields: tuple[str, ...] = ("id", "requester_id", "created_at", "updated_at")


class RequesterTicketSerializer(AgentTicketSerializer):
    """A ticket as its requester may change it: who works on it, and how far, is for agents."""

    class Meta(AgentTicketSerializer.Meta):
        read_only_fields = (
            *AgentTicketSerializer.Meta.read_only_fields,
            "status",
            "assignee_id",
        )
