"""Tickets: what requesters ask for, and how far it is."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """What INSTALLED_APPS names."""

    name = "apps.tickets"
