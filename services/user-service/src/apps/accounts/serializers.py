"""Users as JSON."""

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError
from rest_framework import serializers

from apps.accounts.models import User
from apps.accounts.names import code_characters
from apps.people.services.persons import register
from hdms_django import duplicates
from hdms_django.exceptions import Conflict
from hdms_django.serializers import EmailNameField, ModelSerializer, NameField, StrictCharField


class UserSerializer(ModelSerializer[User]):
    """A user; registration makes requesters, whatever role is asked for."""

    username = NameField(source="employee_code", max_length=150, validators=[code_characters])
    email = EmailNameField(max_length=254)
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
        try:
            return register(**validated_data)
        except IntegrityError as error:
            taken = duplicates.errors(error)
            if "employee_code" in taken:
                raise Conflict({"username": taken["employee_code"]}) from error
            raise
