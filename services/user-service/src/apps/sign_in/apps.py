"""Signing in: django-allauth (headless, for browsers), and what we add to it."""

from django.apps import AppConfig


class SignInConfig(AppConfig):
    """What INSTALLED_APPS names."""

    name = "apps.sign_in"
