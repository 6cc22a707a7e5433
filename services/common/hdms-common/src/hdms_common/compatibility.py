"""Which changes of the schema a version that is running cannot live with."""

import re

_NAME = r'(?:"?\w+"?\.)?"?(\w+)"?'
_CREATED = re.compile(rf"CREATE TABLE (?:IF NOT EXISTS )?{_NAME}", re.IGNORECASE)
_CHANGED = re.compile(rf"(?:ALTER|DROP) TABLE (?:IF EXISTS |ONLY )*{_NAME}", re.IGNORECASE)
# What stops working: it reads or writes what is gone, or leaves out what has become required.
_BREAKING = (
    (re.compile(r"^DROP TABLE\b", re.IGNORECASE), "removes a table"),
    (re.compile(r"\bDROP COLUMN\b", re.IGNORECASE), "removes a column"),
    (re.compile(r"\bRENAME\b(?! CONSTRAINT)", re.IGNORECASE), "renames a table or column"),
    (re.compile(r"\bSET NOT NULL\b", re.IGNORECASE), "requires a value"),
    (re.compile(r"\bDROP DEFAULT\b", re.IGNORECASE), "requires a value"),
    (re.compile(r"\bALTER COLUMN \S+ TYPE\b", re.IGNORECASE), "changes a column's type"),
    (
        re.compile(r"\bADD COLUMN\b(?!.*\b(?:DEFAULT|GENERATED)\b).*\bNOT NULL\b", re.I | re.S),
        "requires a value",
    ),
)


class Incompatible(Exception):
    """A migration would break the version that is running; the message is for who migrates."""


class WhileServing:
    """Looks at the statements of a run of migrations, in their order."""

    def __init__(self) -> None:
        self._new_tables: set[str] = set()

    def require_harmless(self, sql: str) -> None:
        """Check one statement before it is executed.

        Raises:
            Incompatible: it changes what the running version uses.
        """
        sql = sql.strip()
        if created := _CREATED.match(sql):
            self._new_tables.add(created[1])
        changed = _CHANGED.match(sql)
        if changed is None or changed[1] in self._new_tables:
            return
        for sign, what in _BREAKING:
            if sign.search(sql):
                raise Incompatible(
                    f"a migration {what} in {changed[1]}, which the running version could not live "
                    "with: it was not applied, and what was applied before it does no harm. "
                    "Do it in two steps: first bring up a version that does without "
                    "(inv services.update), then migrate. Or stop the services for it: "
                    "inv services.down, migrate --all, services.up"
                )
