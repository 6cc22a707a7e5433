"""The PostgreSQL cluster of the embedded engine: its making and its provisioning."""

import shutil
import tempfile
from pathlib import Path

from hdms.engines.embedded.account import components_account, give
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.servers import postgres_folder
from hdms.environment.environment import Environment
from hdms.errors import CommandFailed, HdmsError, TimedOut
from hdms.process import run
from hdms.render import CONFIG, provision_variables

UNFINISHED = "postgres.unfinished-"
INITDB_SECONDS = 120.0
PSQL_SECONDS = 60.0
FORMER_SERVER_SECONDS = 15.0


def make_cluster(layout: Layout, environment: Environment) -> None:
    """Make the cluster unless it exists; killed on the way, the next call starts over.

    Raises:
        HdmsError: initdb failed.
    """
    if layout.postgres_data.exists():
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
            postgres_folder() / "initdb",
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
    unfinished.rename(layout.postgres_data)


def wait_for_former_server(layout: Layout) -> None:
    """Wait until a killed server is gone for good: PostgreSQL takes its zombie for a rival.

    Raises:
        TimedOut: nobody collects the zombie; ending its parent helps.
    """
    import psutil

    try:
        pid = int((layout.postgres_data / "postmaster.pid").read_text().split()[0])
        former = psutil.Process(pid)
        if former.status() == psutil.STATUS_ZOMBIE:
            former.wait(FORMER_SERVER_SECONDS)
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return
    except psutil.TimeoutExpired:
        raise TimedOut(f"the killed PostgreSQL (pid {pid}) is still a zombie") from None


def accepts_connections(layout: Layout) -> bool:
    """Return whether PostgreSQL has finished its start."""
    probe = [postgres_folder() / "pg_isready", "--quiet", f"--host={layout.run}"]
    return run(probe, check=False, timeout=10).exit_code == 0


def provision(layout: Layout, environment: Environment) -> None:
    """Make database, roles, passwords and schemas what the environment says.

    Raises:
        HdmsError: PostgreSQL refused; the message holds what it said, never a password.
    """
    superuser = environment["POSTGRES_USER"]
    psql = postgres_folder() / "psql"
    script = CONFIG / "postgres" / "provision.sql"
    connection: list[str | Path] = [
        f"--host={layout.run}",
        f"--username={superuser}",
        "--dbname=postgres",
    ]
    try:
        run(
            [psql, "--no-psqlrc", "--quiet", *connection, "--file", script],
            env={**provision_variables(environment), "PGPASSWORD": "", "PGOPTIONS": ""},
            timeout=PSQL_SECONDS,
        )
    except CommandFailed as error:
        if f'role "{superuser}" does not exist' in error.message:
            raise HdmsError(
                f"the data folder was made with another POSTGRES_USER than {superuser!r}, "
                "and a cluster's superuser cannot change its name here",
                "put the former POSTGRES_USER back into .env, or delete the data: "
                "inv infra.down --volumes",
            ) from error
        raise
