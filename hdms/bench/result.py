"""The result of a run, written and read as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hdms.errors import InvalidInput

REMEDY = "name a file that `inv bench --json >FILE` wrote"


@dataclass(frozen=True)
class Row:
    """One comparison of ours with the bare driver.

    Attributes:
        unit: of `ours` and `bare`: "us" (microseconds) or "requests/s".
        bare: None where there is no way to measure it.
        ratio: how many times what the bare driver costs; 1 is the same, more is worse.
        why: what is compared, and what ours does more.
    """

    name: str
    unit: str
    ours: float
    bare: float | None
    ratio: float | None
    why: str

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Row":
        """Return a row of a JSON document.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        bare, ratio = (None if raw[n] is None else float(raw[n]) for n in ("bare", "ratio"))
        texts = (str(raw[name]) for name in ("name", "unit", "why"))
        name, unit, why = texts
        return cls(name, unit, float(raw["ours"]), bare, ratio, why)


@dataclass(frozen=True)
class Bench:
    """One run.

    Attributes:
        engine: the engine's name.
        python: the version of the services' Python.
        when: its begin, ISO 8601, UTC.
    """

    engine: str
    python: str
    when: str
    rows: tuple[Row, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for `--json`."""
        return asdict(self)


def read(path: Path) -> Bench:
    """Read what `inv bench --json` wrote.

    Raises:
        InvalidInput: the file is missing or is something else.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        rows = tuple(Row.from_json(row) for row in raw["rows"])
        return Bench(str(raw["engine"]), str(raw["python"]), str(raw["when"]), rows)
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror}", REMEDY) from None
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInput(f"{path} is no result of `inv bench`: {error!r}", REMEDY) from None
