"""Users as JSON."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers

from apps.accounts.models import User
from hdms_django.serializers import NameSerializer, StrictCharField


class UserSerializer(NameSerializer[User]):
    """A user; registration makes requesters, whatever role is asked for."""

    password = StrictCharField(write_only=True, max_length=128)

    class Meta:
        model = User
        fields = ("id", "username", "email", "password", "first_name", "last_name", "role")
        read_only_fields = ("id", "role")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        described = {name: value for name, value in attrs.items() if name != "password"}
        try:
            validate_password(attrs["password"], User(**described))
        except DjangoValidationError as error:
            raise serializers.ValidationError({"password": error.messages}) from error
        return attrs

    def create(self, validated_data: dict[str, Any]) -> User:
        return User.objects.create_user(**validated_data)
