"""What the rest of the toolkit asks a component.

A component's module holds all that is particular to it: a `Component`, and a part for each engine.
It is imported by the catalog, so it imports neither that nor an engine, and its client library only
where it is used.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from hdms.components.compose import ComposePart
    from hdms.components.embedded import EmbeddedPart
    from hdms.connections import Address
    from hdms.engines.base import Announce, Engine, UnitStatus
    from hdms.environment.environment import Environment
    from hdms.environment.variable import Variable
    from hdms.service import Service

Found = tuple[str, dict[str, Any]]
"""What a proof found, for people, and what it measured."""

START = "inv infra.up"
FREE_SPACE = "free space on the stack's disk: inv doctor says how much there is"


@dataclass(frozen=True)
class Port:
    """A port at which this machine reaches a component.

    Attributes:
        variable: the root variable with its number on the loopback address.
        inside: its number in the container.
    """

    variable: str
    inside: int


@dataclass(frozen=True)
class Clients:
    """Connections that are counted while a load is on.

    Attributes:
        metric: what is counted, for people.
        limit: how many there may be of one client.
    """

    metric: str
    limit: int


class Component(ABC):
    """A piece of infrastructure.

    Attributes:
        title: its name as people write it, with the version that the specification asks for.
        embedded: how the embedded engine runs it.
        compose: what the Compose engine does with its container.
        ports: its ports on this machine, the one of its clients first.
        depends_on: the components that start before it and end after it.
        checks: the services' checks that lead to it.
        service_address: the service's variables with its host and its port; None if it has none.
        can_refuse: whether it can answer and let nobody in.
        clients: what to count of its clients; None if they are not counted.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    embedded: "ClassVar[EmbeddedPart]"
    compose: "ClassVar[ComposePart]"
    ports: ClassVar[tuple[Port, ...]] = ()
    depends_on: ClassVar[tuple[str, ...]] = ()
    checks: ClassVar[tuple[str, ...]] = ()
    service_address: ClassVar[tuple[str, str] | None] = None
    can_refuse: ClassVar[bool] = False
    clients: ClassVar[Clients | None] = None

    @property
    def reached_through(self) -> str:
        """The component at whose port it is reached."""
        return self.name

    def address(self, engine: "Engine", environment: "Environment") -> "Address":
        """Return the host and port at which this machine reaches it."""
        return engine.address(environment, self.reached_through)

    def state(self, engine: "Engine") -> "UnitStatus":
        """Return whether it runs."""
        return next(unit for unit in engine.status() if unit.name == self.name)

    @abstractmethod
    def variables(self, roles: Sequence[str]) -> "tuple[Variable, ...]":
        """Return its variables in the root `.env`.

        Args:
            roles: the services' PostgreSQL roles.
        """

    def variables_for(self, service: "Service") -> "tuple[Variable, ...]":
        """Return what it has in the root `.env` for each service."""
        return ()

    def service_variables(self, service: "Service") -> "tuple[Variable, ...]":
        """Return the variables that a service which needs it has in its `.env`."""
        return ()

    def problems(self, environment: "Environment") -> Sequence[tuple[str, str]]:
        """Return what is wrong between its variables: pairs of a variable and a sentence."""
        return ()

    def refuse_change(self, environment: "Environment", variables: Set[str]) -> None:
        """Check that its data can take over changes of these variables.

        Raises:
            InvalidInput: they cannot.
        """
        return

    @abstractmethod
    def prove(self, engine: "Engine", environment: "Environment") -> Found:
        """Prove that it answers, is this stack's, and is the right one.

        Raises:
            CheckFailed: it does not, or is not; with the remedy.
        """

    def refusing(
        self, engine: "Engine", environment: "Environment"
    ) -> AbstractContextManager[None]:
        """Let it answer and refuse the services meanwhile."""
        raise NotImplementedError(f"{self.name} cannot refuse")

    def restarting(
        self, engine: "Engine", environment: "Environment", announce: "Announce"
    ) -> AbstractContextManager[None]:
        """Return what spares its clients a planned restart."""
        return nullcontext()

    def count_clients(self, engine: "Engine", environment: "Environment") -> Counter[str]:
        """Return client -> its connections; nothing where that cannot be told."""
        return Counter()

    def open_prompt(
        self, engine: "Engine", environment: "Environment", arguments: Sequence[str]
    ) -> int:
        """Open its own client with the stack's credentials, which no argument shows.

        Returns:
            The client's exit code.
        """
        raise NotImplementedError(f"{self.name} has no prompt")
