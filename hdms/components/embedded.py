"""What the embedded engine asks a component."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.programs import Program

if TYPE_CHECKING:
    from hdms.engines.embedded.running import RunningComponent
    from hdms.environment.environment import Environment


class EmbeddedPart(ABC):
    """How the embedded engine runs a component.

    Attributes:
        templates: files of `config/` that are rendered into the stack's configuration folder.
        read_as_they_are: other files of `config/` that it must be told of when they change.
        tells: what happens to a running one when its variables change, in words.
        overwriting: the name of its program, where that writes its title over its environment.
        aborted_by_interrupt: the name of its program, where a SIGINT does not end it gently.
    """

    templates: ClassVar[tuple[str, ...]] = ()
    read_as_they_are: ClassVar[tuple[str, ...]] = ()
    tells: ClassVar[str]
    overwriting: ClassVar[str | None] = None
    aborted_by_interrupt: ClassVar[str | None] = None

    @abstractmethod
    def program(self, layout: Layout) -> Program:
        """Return it as supervisord runs it; nothing of that is secret.

        Raises:
            HdmsError: the server is missing or of another version.
        """

    @abstractmethod
    def described(self) -> str:
        """Return the server's version and place, for `inv doctor`; raises as `program`."""

    def needs(self, layout: Layout) -> Mapping[str, Callable[[], str]]:
        """Return what else `inv doctor` looks at: name -> what tells what was found."""
        return {}

    def values(self, layout: Layout, environment: "Environment") -> Mapping[str, str]:
        """Return what its templates ask for beside the root variables."""
        return {}

    def other_files(self, layout: Layout, environment: "Environment") -> Mapping[Path, str]:
        """Return path -> text of its configuration files that have no template."""
        return {}

    def require_possible(self, layout: Layout) -> None:
        """Check that it can be started, before anything is.

        Raises:
            HdmsError: it cannot.
        """
        self.program(layout)

    @abstractmethod
    def prepare(self, layout: Layout, environment: "Environment") -> None:
        """Make what must be there before its start."""

    @abstractmethod
    def answers(self, layout: Layout, environment: "Environment") -> bool:
        """Return whether it answers with the environment's credentials."""

    def started(self, layout: Layout, environment: "Environment") -> None:
        """Do what is left to do once it answers after a start."""
        return

    @abstractmethod
    def tell(self, running: "RunningComponent") -> None:
        """Let a running one take over its variables, without a restart where that is possible."""

    def place(self, layout: Layout) -> str | None:
        """Return where it is reached, for people; None where that is its port."""
        return None
