"""Access tokens as JSON."""

from datetime import datetime, timedelta

from django.utils import timezone
from rest_framework import serializers

from apps.identity.models import AccessToken
from hdms_django.serializers import StrictCharField

LONGEST = timedelta(days=366)


class AccessTokenSerializer(serializers.ModelSerializer[AccessToken]):
    """What is kept of a token."""

    name = StrictCharField(max_length=100)

    class Meta:
        model = AccessToken
        fields = ("id", "name", "scope", "prefix", "created_at", "expires_at", "last_used_at")
        read_only_fields = ("id", "prefix", "created_at", "last_used_at")

    def validate_expires_at(self, value: datetime) -> datetime:
        now = timezone.now()
        if not now < value <= now + LONGEST:
            raise serializers.ValidationError(f"Expected a time within {LONGEST.days} days.")
        return value


class NewAccessTokenSerializer(AccessTokenSerializer):
    """What is told of a token once, when it is made."""

    token = serializers.CharField(read_only=True)

    class Meta(AccessTokenSerializer.Meta):
        fields = (*AccessTokenSerializer.Meta.fields, "token")  # type: ignore[assignment]
