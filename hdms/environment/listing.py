"""The variables of a file with their values as they may be shown."""

from dataclasses import dataclass

from hdms.catalog import find_own_service
from hdms.environment.environment import Environment, shown
from hdms.environment.schema import ROOT, VARIABLES


@dataclass(frozen=True)
class Listed:
    """A variable for people: `place` says where its value comes from."""

    name: str
    value: str
    place: str


def listing(environment: Environment, service: str | None) -> list[Listed]:
    """Return the variables of the root file or of a service's, secrets masked.

    Raises:
        InvalidInput: there is no such service.
    """
    scope = find_own_service(service).name if service else ROOT
    known = {variable.name: variable for variable in VARIABLES[scope]}
    file = environment.files[scope]
    path = environment.stack.display(file.path)
    rows = []
    for name, value in environment.values(scope).items():
        written = bool(file.values.get(name))
        place = f"{path}:{file.line_of(name)}" if written else "default"
        rows.append(Listed(name, shown(known.get(name), value), place))
    return rows
