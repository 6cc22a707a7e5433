"""The project. Its Celery application is loaded with it, so that shared tasks find their broker."""

from core.celery import app as celery_app

__all__ = ["celery_app"]
