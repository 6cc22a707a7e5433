"""What the Compose engine asks a component, beside what docker-compose.yml says of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hdms.connections import Address

if TYPE_CHECKING:
    from docker.models.containers import Container

    from hdms.environment.environment import Environment


@dataclass(frozen=True)
class Volume:
    """A volume that is looked into before a start.

    Attributes:
        subject: what `inv doctor` calls it.
        name: as in docker-compose.yml.
        image: an image in which it can be shown.
        folder: where it is in a container.
    """

    subject: str
    name: str
    image: str
    folder: str


class ComposePart:
    """What the Compose engine does with the container of a component.

    Attributes:
        built: whether its image is made here.
        volume: its data, where it can tell what made them.
        tells: what happens to a running one that does not accept its variables, in words.
    """

    built: ClassVar[bool] = False
    volume: ClassVar[Volume | None] = None
    tells: ClassVar[str] = ""

    def described_data(self, containers: "Sequence[Container]") -> str:
        """Return what the data are that containers show, running or not, for `inv doctor`.

        Raises:
            HdmsError: this version cannot read them; with the way out.
        """
        return ""

    def started(
        self, container: "Container", environment: "Environment", reached: Callable[[int], Address]
    ) -> None:
        """Do what is left to do once it is healthy after a start.

        Args:
            reached: tells at which address this machine reaches a port of the container.
        """

    def not_accepted(self, container: "Container", environment: "Environment") -> tuple[str, ...]:
        """Return the root variables that a running one does not accept, whatever it was given."""
        return ()

    def tell(self, container: "Container", environment: "Environment") -> None:
        """Let a running one take over its variables, before anything else is told."""
