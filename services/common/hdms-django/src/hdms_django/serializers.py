"""What every serializer of a table has: strict types, and writes of what was asked alone."""

from typing import Any, ClassVar, TypeVar

from django.db import models
from rest_framework import serializers

from hdms_django.identity_key import IdentityKey, normalised

Row = TypeVar("Row", bound=models.Model)


class StrictCharField(serializers.CharField):
    """A text: no number becomes one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictEmailField(StrictCharField, serializers.EmailField):
    """An e-mail address, under the same rule."""


class NameField(StrictCharField):
    """A name, normalised before anything is asked of it: its length is that of what is kept."""

    def to_internal_value(self, data: Any) -> str:
        return normalised(super().to_internal_value(data))


class EmailNameField(NameField, StrictEmailField):
    """An e-mail address that is a name."""


class StrictIntegerField(serializers.IntegerField):
    """A whole number of JSON: no text, no fraction and no `true` becomes one."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return int(super().to_internal_value(data))


class ModelSerializer(serializers.ModelSerializer[Row]):
    """REST framework's, with strict types; an update writes the columns that were asked for.

    Its own update writes every column, and so takes back what others changed meanwhile. See
    hdms_django.views.LockedUpdateMixin, too.
    """

    serializer_field_mapping: ClassVar = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: StrictCharField,
        models.TextField: StrictCharField,
        models.EmailField: StrictEmailField,
        models.IntegerField: StrictIntegerField,
        models.BigIntegerField: StrictIntegerField,
        models.PositiveBigIntegerField: StrictIntegerField,
    }

    def update(self, instance: Row, validated_data: dict[str, Any]) -> Row:
        for name, value in validated_data.items():
            setattr(instance, name, value)
        if validated_data:
            instance.save(update_fields=[*validated_data, *_follow_every_save(instance)])
        return instance


def _follow_every_save(instance: models.Model) -> list[str]:
    """The columns that are made from others, or tell when a row was last saved."""
    return [
        field.name
        for field in instance._meta.fields
        if isinstance(field, IdentityKey) or getattr(field, "auto_now", False)
    ]
