"""Users and tokens as JSON."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer
from rest_framework_simplejwt.tokens import Token

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


class TokenSerializer(TokenObtainPairSerializer):
    """A pair of tokens whose claims tell the other services the username and the role."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields[self.username_field] = StrictCharField(write_only=True)
        self.fields["password"] = StrictCharField(write_only=True)

    @classmethod
    def get_token(cls, user: Any) -> Token:
        token = super().get_token(user)
        token["username"] = user.username
        token["role"] = user.role
        return token
