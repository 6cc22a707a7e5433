"""What each running thing was last told, so that `inv env.sync` tells it only what is new.

Values are kept as keyed digests: the file says which variable differs, not what it was.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from hdms.environment.env_file import write_private


class Told:
    """The record in `.hdms/told.json`: name -> variable -> digest of the value."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(self, name: str, values: Mapping[str, str]) -> None:
        """Remember that `name` runs with these values now."""
        content = self._read()
        key = bytes.fromhex(content["key"])
        content["told"][name] = {
            variable: _digest(key, value) for variable, value in values.items()
        }
        write_private(self._path, json.dumps(content, indent=1, sort_keys=True) + "\n")

    def knows(self, name: str) -> bool:
        """Return whether there is a record of what `name` was told.

        Without one (its start was cut short, the file is lost) nothing is known to have changed.
        """
        return name in self._read()["told"]

    def differing(self, name: str, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the variables whose values are not those that `name` was told, sorted.

        None where that is not known.
        """
        content = self._read()
        key = bytes.fromhex(content["key"])
        if name not in content["told"]:
            return ()
        before = content["told"][name]
        now = {variable: _digest(key, value) for variable, value in values.items()}
        return tuple(sorted(v for v in before.keys() | now.keys() if before.get(v) != now.get(v)))

    def _read(self) -> dict:  # type: ignore[type-arg]
        try:
            content = json.loads(self._path.read_text())
            bytes.fromhex(content["key"])
            for told in content["told"].values():
                told.items()
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            # Missing or damaged: of nothing it is known what it was told.
            return {"key": secrets.token_hex(16), "told": {}}
        return dict(content)


def _digest(key: bytes, value: str) -> str:
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()[:32]
