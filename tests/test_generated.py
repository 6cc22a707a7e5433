"""The files that are made from the catalog and the schema are up to date."""

from pathlib import Path

import pytest

from hdms.generated import generated_files
from hdms.stack import PROJECT


@pytest.mark.parametrize("path", generated_files(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_what_is_generated_is_up_to_date(path: Path) -> None:
    assert path.read_text() == generated_files()[path], f"{path} is stale: run `inv generate`"
