"""A killed supervisord, and what a person does about it."""

from hdms.catalog import component_names, process_names
from hdms.engines.base import Engine, silent
from hdms.engines.embedded.supervisor import Supervisor
from hdms.engines.own_faults import OwnFault, wait_gone
from hdms.environment.environment import Environment
from hdms.errors import HdmsError
from hdms.interruption import to_its_end


def supervisor_killed(engine: Engine, supervisor: Supervisor) -> OwnFault:
    """Return the fault after which all processes go on, and nothing minds them."""

    def inject(environment: Environment) -> None:
        process = supervisor.process()
        if process is None:
            raise HdmsError("supervisord does not run", "inv infra.up")

        def start_again() -> None:
            wait_gone(process, "supervisord")
            engine.up(environment, component_names(), silent)  # inv infra.up
            engine.up(environment, process_names(), silent)  # inv services.up

        try:
            process.kill()
        finally:
            to_its_end(start_again)

    return OwnFault("supervisor", "kill", inject)
