"""One stack with everything running, which the tests break and mend: `nox -s resilience`."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from hdms.catalog import SERVICES, component_names, process_names
from hdms.connections import Address
from hdms.disposable import disposable_containers, disposable_stack
from hdms.engines.base import Engine
from hdms.environment.environment import Environment
from hdms.load.user import User
from hdms.migrate import migrate


@dataclass(frozen=True)
class Whole:
    """The stack."""

    engine: Engine
    environment: Environment

    def address(self, name: str) -> Address:
        return self.engine.address(self.environment, name)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=["embedded", "compose"], default="embedded")
    parser.addoption("--soak-minutes", type=float, default=2)


@pytest.fixture(autouse=True)
def without_docker() -> None:
    """Here --engine chooses."""


@pytest.fixture(scope="session")
def whole(request: pytest.FixtureRequest) -> Iterator[Whole]:
    in_containers = request.config.getoption("engine") == "compose"
    with (disposable_containers if in_containers else disposable_stack)() as (engine, environment):
        engine.up(environment, component_names(), print)
        assert not [r for r in migrate(engine, environment, SERVICES, print) if r.error]
        engine.up(environment, process_names(), print)
        yield Whole(engine, environment)


@pytest.fixture(scope="session")
def new_user(whole: Whole) -> Callable[[], User]:
    """Makes a user of the help desk."""
    return lambda: User(f"test-{secrets.token_hex(6)}", whole.address)


@pytest.fixture(scope="class")
def user(new_user: Callable[[], User]) -> User:
    return new_user()
