"""The values of all variables of a stack, as its `.env` files and the defaults give them."""

from dataclasses import dataclass

from hdms.catalog import SERVICES, replicas_variables
from hdms.environment.env_file import EnvFile
from hdms.environment.schema import ROOT, VARIABLES
from hdms.environment.variable import Variable
from hdms.errors import InvalidInput
from hdms.stack import Stack

# One may end, as for a new version, while the other works. docker-compose.prod.yml has it, too.
PRODUCTION_REPLICAS = 2


@dataclass(frozen=True)
class Environment:
    """The `.env` files of a stack.

    Attributes:
        files: `ROOT` or a service's name to its file.
    """

    stack: Stack
    files: dict[str, EnvFile]

    def __getitem__(self, name: str) -> str:
        """Return the value of a root variable."""
        return self.value(ROOT, name)

    def value(self, scope: str, name: str) -> str:
        """Return a variable's value in one file, or its default where it is absent or empty."""
        return self.values(scope)[name]

    def values(self, scope: str) -> dict[str, str]:
        """Return all values of a file: the schema's with defaults in place, and unknown ones."""
        written = self.files[scope].values
        known = {v.name: written.get(v.name) or v.default or "" for v in VARIABLES[scope]}
        return {**written, **known}

    @property
    def in_production(self) -> bool:
        """Whether the strict rules for secrets hold."""
        return self["HDMS_ENVIRONMENT"] == "production"

    @property
    def roles(self) -> dict[str, str]:
        """Each service's PostgreSQL role, and the root variable with its password."""
        return {service.role: service.password_variable for service in SERVICES}

    def replicas(self, process: str) -> int:
        """Return how many of a process run side by side."""
        variable = replicas_variables().get(process)
        if variable is None:
            return 1
        return int(self[variable] or (PRODUCTION_REPLICAS if self.in_production else 1))

    def drift(self) -> dict[str, dict[str, str]]:
        """Return what `inv env.sync` has to copy: service -> variable -> the root file's value."""
        changes: dict[str, dict[str, str]] = {}
        for service in SERVICES:
            written = self.files[service.name].values
            for variable in VARIABLES[service.name]:
                if not variable.shared:
                    continue
                wanted = self[variable.shared]
                if written.get(variable.name) != wanted:
                    changes.setdefault(service.name, {})[variable.name] = wanted
        return changes


def read(stack: Stack) -> Environment:
    """Read the `.env` files of a stack without judging their values.

    Raises:
        InvalidInput: one is missing or cannot be read.
    """
    if not stack.root_env.exists():
        raise InvalidInput(f"{stack.root_env} is missing", "run `inv env.init`")
    files = {ROOT: EnvFile.read(stack.root_env)}
    for service in SERVICES:
        files[service.name] = EnvFile.read(stack.service_env(service.name))
    return Environment(stack, files)


def shown(variable: Variable | None, value: str) -> str:
    """Return a value as it may be shown: a secret masked; an unknown variable may be one."""
    if not value:
        return "(empty)"
    return value if variable is not None and not variable.secret else "********"
