"""Tickets: what requesters ask for, and how far it is."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "apps.tickets"
