"""When two names are the same name: after Unicode's NFKC (full-width digits), in any case."""

import unicodedata
from typing import Any

from django.db import models


def normalised(name: str) -> str:
    """The name as it is kept: one spelling of what looks the same (NFKC), and no space around."""
    return unicodedata.normalize("NFKC", name).strip()


def identity_key(name: str) -> str:
    """What is compared instead of `name`."""
    # Twice: of some letters only the small form has another spelling.
    return normalised(normalised(name).casefold())


class IdentityKey(models.TextField):  # type: ignore[type-arg]  # the stubs' alone
    """A column with the identity_key of the column `of`, for the database to keep unique.

    Not an expression in an index: PostgreSQL's lower() is not Unicode's case folding, and depends
    on the locale. Null only where code that does not know the column yet has written the row.
    """

    def __init__(self, of: str = "", **options: Any) -> None:
        self.of = of
        super().__init__(**{**options, "editable": False, "unique": True, "null": True})

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()
        return name, path, arguments, {**options, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = identity_key(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, key)
        return key
