"""Who may read and change people and departments."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request


class Administrators(BasePermission):
    """Administrators alone."""

    message = "This is for administrators."

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(getattr(request.user, "is_administrator", False))


class AdministratorsChange(IsAuthenticated):
    """Everybody who is active reads; administrators change."""

    message = "Only administrators change people and departments."

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method in SAFE_METHODS:
            return super().has_permission(request, view)
        return Administrators().has_permission(request, view)
