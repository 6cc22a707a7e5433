"""People and departments as JSON. What is written goes to apps.people.services."""

from typing import Any

from rest_framework import serializers

from apps.accounts.models import User
from apps.accounts.names import code_characters, phone_number
from apps.people.models import Department
from hdms_django.identity import Role
from hdms_django.serializers import (
    EmailNameField,
    ModelSerializer,
    NameField,
    StrictCharField,
    StrictIntegerField,
)

MOST_DEPARTMENTS = 100


class IdsField(serializers.ListField):
    """Rows of a relation as their ids."""

    child = StrictIntegerField(min_value=1, max_value=2**63 - 1)

    def to_representation(self, data: Any) -> list[int]:
        return sorted(row.pk for row in data.all())


class ReasonSerializer(serializers.Serializer[Any]):
    """Why something is done; the audit trail keeps it."""

    reason = StrictCharField(max_length=500, required=False, default="", allow_blank=True)


class PublicPersonSerializer(ModelSerializer[User]):
    """A person as everybody may see them."""

    departments = IdsField(max_length=MOST_DEPARTMENTS, required=False)
    heads = IdsField(source="headed", read_only=True)

    class Meta:
        model = User
        fields: tuple[str, ...] = ("id", "employee_code", "name", "departments", "heads")


class PersonSerializer(PublicPersonSerializer):
    """A person as administrators see and change them."""

    employee_code = NameField(max_length=150, validators=[code_characters])
    email = EmailNameField(max_length=254)
    phone = NameField(max_length=32, required=False, allow_blank=True, validators=[phone_number])
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    reason = StrictCharField(max_length=500, write_only=True, required=False, allow_blank=True)

    class Meta(PublicPersonSerializer.Meta):
        fields: tuple[str, ...] = (
            *PublicPersonSerializer.Meta.fields,
            *("email", "first_name", "last_name", "phone", "language", "time_zone"),
            *("role", "is_approver", "is_active", "version", "reason"),
        )
        read_only_fields: tuple[str, ...] = ("id", "name", "is_active", "version")


class MeSerializer(PersonSerializer):
    """A person as they see themselves; what they may change is how they are reached."""

    departments = IdsField(read_only=True)
    employee_code = NameField(read_only=True)
    email = EmailNameField(read_only=True)
    role = serializers.ChoiceField(choices=Role.choices, read_only=True)

    class Meta(PersonSerializer.Meta):
        fields: tuple[str, ...] = tuple(
            name for name in PersonSerializer.Meta.fields if name != "reason"
        )
        read_only_fields: tuple[str, ...] = (
            *PersonSerializer.Meta.read_only_fields,
            *("first_name", "last_name", "is_approver"),
        )


class PeopleQuery(serializers.Serializer[Any]):
    """What a list of people is asked for."""

    search = StrictCharField(required=False, max_length=100, allow_blank=True)
    department = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    is_approver = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)


class DepartmentSerializer(ModelSerializer[Department]):
    """A department."""

    code = NameField(max_length=32, validators=[code_characters])
    parent = StrictIntegerField(  # type: ignore[assignment]  # a field, not whose field this is
        source="parent_id", required=False, allow_null=True, min_value=1, max_value=2**63 - 1
    )
    head = StrictIntegerField(
        source="head_id", required=False, allow_null=True, min_value=1, max_value=2**63 - 1
    )
    reason = StrictCharField(max_length=500, write_only=True, required=False, allow_blank=True)

    class Meta:
        model = Department
        fields = (
            *("id", "code", "name", "parent", "head", "is_open", "may_request_approval"),
            *("version", "reason"),
        )
        read_only_fields = ("id", "version")

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The names of the relations, as apps.people.services.departments has them."""
        found = super().to_internal_value(data)
        return {name.removesuffix("_id"): value for name, value in found.items()}
