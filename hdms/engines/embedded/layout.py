"""Where the embedded engine keeps its state, all of it below `.hdms/`."""

import os
from dataclasses import dataclass
from pathlib import Path

from hdms.engines.embedded.account import components_account, give, require_ownership
from hdms.errors import HdmsError
from hdms.stack import Stack

# A Unix socket's path may have 107 bytes; supervisord's adds up to 24 to the folder's.
LONGEST_RUN_FOLDER = 82
# PostgreSQL's clients take a comma for the end of an address; Redis takes the others for a
# pattern, and where no file matches it starts without configuration, open to the network.
UNUSABLE = ",*?["


@dataclass(frozen=True)
class Layout:
    """The folders of one stack's state."""

    stack: Stack

    @property
    def media(self) -> Path:
        """The files that users stored."""
        return self.stack.state / "media"

    @property
    def config(self) -> Path:
        """The rendered configuration."""
        return self.stack.state / "config"

    @property
    def logs(self) -> Path:
        """One log per component and process."""
        return self.stack.state / "logs"

    @property
    def run(self) -> Path:
        """Sockets and pid files."""
        return self.stack.state / "run"

    @property
    def supervisord_conf(self) -> Path:
        """supervisord's configuration."""
        return self.config / "supervisord.conf"

    @property
    def supervisord_pid(self) -> Path:
        """The file that holds supervisord's process id while it runs."""
        return self.run / "supervisord.pid"

    @property
    def supervisord_socket(self) -> Path:
        """Where supervisord takes commands."""
        return self.run / "supervisor.sock"

    @property
    def lock(self) -> Path:
        """Held by whoever changes the stack."""
        return self.stack.state / "lock"

    @property
    def told(self) -> Path:
        """What each running thing was last told (`told.py`)."""
        return self.stack.state / "told.json"

    def data(self, component: str) -> Path:
        """Return the folder with a component's data."""
        return self.stack.state / component

    def make_data(self, component: str) -> None:
        """Make that folder, for the components' account."""
        folder = self.data(component)
        folder.mkdir(exist_ok=True, mode=0o700)
        give(folder, components_account())

    def log(self, name: str) -> Path:
        """Return the log of a component or process."""
        return self.logs / f"{name}.log"

    def logs_of(self, name: str) -> list[Path]:
        """Return the logs of a unit of which several may run side by side, the newest last."""
        logs = [self.log(name), *self.logs.glob(f"{name}.[0-9]*.log")]
        return sorted((log for log in logs if log.exists()), key=lambda log: log.stat().st_mtime)

    def ready_file(self, name: str) -> Path:
        """Return the file by which a process shows that it works (services/guard.sh)."""
        return self.run / f"{name}.ready"

    def make(self) -> None:
        """Make the folders that are missing.

        Raises:
            HdmsError: the state folder cannot be made or its path is too long.
        """
        if len(os.fsencode(self.run)) > LONGEST_RUN_FOLDER:
            raise HdmsError(
                f"{self.run} is too long for a Unix socket (at most {LONGEST_RUN_FOLDER} bytes)",
                "move the checkout to a shorter path, or set HDMS_HOME to one",
            )
        refused = [c for c in str(self.run) if c in UNUSABLE or not c.isprintable()]
        if refused:
            raise HdmsError(
                f"the path {str(self.run)!r} has a {refused[0]!r}, which one of the servers "
                "cannot have in a path",
                "move the checkout to a path without, or set HDMS_HOME to one",
            )
        account = components_account()
        require_ownership(self.run, account)
        try:
            self.stack.state.mkdir(parents=True, exist_ok=True)
            # Others may pass through, not look: the components' account needs the way.
            self.stack.state.chmod(0o711)
            for folder in (self.logs, self.media):
                folder.mkdir(exist_ok=True, mode=0o700)
            for folder in (self.config, self.run):
                folder.mkdir(exist_ok=True, mode=0o700)
                give(folder, account)
        except OSError as error:
            raise HdmsError(
                f"cannot write to {self.stack.state}: {error.strerror}",
                "make it writable for this account, or set HDMS_HOME to a folder that is",
            ) from error
