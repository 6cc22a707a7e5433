"""The keys that sign, and the tokens of programs."""

from django.conf import settings
from django.db import models


class SigningKey(models.Model):
    """An Ed25519 key.

    Attributes:
        public: as a JSON Web Key.
        sealed: the private one, encrypted with SECRET_KEY: a copy of the database signs nothing.
        signs_from: until then it is only published, so that everybody knows it in time.
        published_until: null for the newest.
    """

    key_id = models.TextField(unique=True)
    public = models.JSONField()
    sealed = models.TextField()
    signs_from = models.DateTimeField()
    published_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-signs_from", "-id")


class AccessToken(models.Model):
    """What a program signs in with, in the name of a person.

    Attributes:
        prefix: how the token begins, for people to recognise it.
        digest: of all of it; the token itself is shown once, and never stored.
    """

    class Scope(models.TextChoices):
        READ = "read"
        WRITE = "write"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    scope = models.CharField(max_length=8, choices=Scope)
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
