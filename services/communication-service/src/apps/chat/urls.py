"""The path of a room's messages; its live ones: routing.py."""

from django.urls import path

from apps.chat import rooms  # noqa: F401 - registers <room:...>
from apps.chat.views import MessageListView

urlpatterns = [path("rooms/<room:room>/messages", MessageListView.as_view())]
