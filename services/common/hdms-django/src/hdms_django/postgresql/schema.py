"""Changes of the schema, each of which is either made and known, or neither."""

from django.db.backends.ddl_references import Statement
from django.db.backends.postgresql import schema


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Has Django record a migration in the transaction in which it is applied.

    Django does so only where no statement is left for the transaction's end, as that of an index
    is. Else it records afterwards: killed in between, it would apply the migration once more, and
    fail at each table that is there already.
    """

    def __enter__(self) -> "DatabaseSchemaEditor":
        super().__enter__()
        if self.atomic_migration:
            self.deferred_sql = _Deferred()
        return self


class _Deferred(list[Statement]):
    """What is left for the end. Django asks whether there is any only to know when to record."""

    def __bool__(self) -> bool:
        return False
