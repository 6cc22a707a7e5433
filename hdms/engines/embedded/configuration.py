"""What the embedded engine gives each component: its files, its program, its variables."""

import hashlib
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from hdms import virtualenvs, workspace
from hdms.catalog import COMPONENTS, FRONTEND, SERVICES, component_called, replicas_variables
from hdms.components.component import Component
from hdms.engines import host
from hdms.engines.embedded import frontend
from hdms.engines.embedded.account import components_account, give
from hdms.engines.embedded.guard import GUARD, GUARDED
from hdms.engines.embedded.layout import Layout
from hdms.engines.embedded.programs import Program
from hdms.engines.embedded.replicas import programs_of, stand_in_of
from hdms.environment.env_file import write_private
from hdms.environment.environment import Environment
from hdms.environment.schema import ROOT, VARIABLES
from hdms.errors import HdmsError
from hdms.render import render
from hdms.service import Process, Service
from hdms.stack import CONFIG

COMMAND, PACKAGES, SOURCE = "its command", "its packages", "its source"


def write_component_files(layout: Layout, environment: Environment, component: Component) -> None:
    """Render a component's configuration into `.hdms/config`, readable by its account only."""
    part = component.embedded
    values = {**environment.values(ROOT), **part.values(layout, environment)}
    files = {
        layout.config / Path(template).name.removesuffix(".example"): render(template, values)
        for template in part.templates
    }
    for path, text in {**files, **part.other_files(layout, environment)}.items():
        write_private(path, text)
        give(path, components_account())


def programs(
    layout: Layout, environment: Environment, folders: Mapping[str, Path]
) -> list[Program]:
    """Return every program of the stack.

    Args:
        folders: service -> its virtual environment.
    """
    processes = [
        _process_program(layout, environment, service, process, name, folders[service.name])
        for service in SERVICES
        for process in service.processes
        for name in _programs_of(environment, process)
    ]
    made = [component.embedded.program for component in COMPONENTS]
    return [*_installed(layout, made), *processes, *_installed(layout, [frontend.program])]


def _installed(
    layout: Layout, programs: Iterable[Callable[[Layout], Program]]
) -> Iterator[Program]:
    """Yield the programs that are there: what does not need the others does without."""
    for program in programs:
        with suppress(HdmsError):
            yield program(layout)


def _programs_of(environment: Environment, process: Process) -> list[str]:
    own = programs_of(process.name, environment.replicas(process.name))
    return [*own, stand_in_of(process.name)]


def service_variables(layout: Layout, environment: Environment, service: Service) -> dict[str, str]:
    """Return what the engine puts in place of, or adds to, a service's `.env`: no secret."""
    return {**host.service_variables(environment, service), "MEDIA_ROOT": str(layout.media)}


def values_told(layout: Layout, environment: Environment, name: str) -> dict[str, str]:
    """Return all that a component or process must be told when it changes.

    Variables stand under their own names, template files under theirs.
    """
    component = component_called(name)
    if component:
        part = component.embedded
        told = {v.name: environment[v.name] for v in VARIABLES[ROOT] if name in v.told}
        files = (*part.templates, *part.read_as_they_are)
        return {
            **told,
            COMMAND: _described(part.program(layout)),
            **{f"config/{path}": (CONFIG / path).read_text() for path in files},
        }
    if name == FRONTEND.name:
        command = _described(frontend.program(layout))
        return {**frontend.values_told(environment), COMMAND: command}
    service, process = next((s, p) for s in SERVICES for p in s.processes if p.name == name)
    scaled = replicas_variables().get(name)
    return {
        COMMAND: shlex.join(process.command),
        PACKAGES: virtualenvs.fingerprint(service.name),
        SOURCE: _source(service),
        **environment.values(service.name),
        **{
            variable: value
            for variable, value in service_variables(layout, environment, service).items()
            if variable != host.WEB_PORT or process.kind == "web"
        },
        **({scaled: str(environment.replicas(name))} if scaled else {}),
    }


def _described(program: Program) -> str:
    words = [*program.command, program.folder, program.account or "", program.stop_signal]
    return shlex.join([*map(str, words), *(f"{k}={v}" for k, v in program.environment.items())])


def _source(service: Service) -> str:
    """Return a digest of the code that a service's processes run."""
    shared = workspace.shared(service.name)
    folders = [host.source_folder(service), *(package.folder / "src" for package in shared)]
    digest = hashlib.sha256(GUARD.read_bytes())
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).parts
            if "tests" not in parts and not any(part.startswith(".") for part in parts):
                digest.update(f"{parts}".encode() + path.read_bytes())
    return digest.hexdigest()


def _process_program(
    layout: Layout,
    environment: Environment,
    service: Service,
    process: Process,
    name: str,
    folder: Path,
) -> Program:
    program, *arguments = process.command
    variables = service_variables(layout, environment, service)
    return Program(
        name,
        [*GUARDED, folder / "bin" / program, *arguments],
        folder=host.source_folder(service),
        environment={
            **variables,
            "READY_FILE": str(layout.ready_file(name)),
            "PYTHONUNBUFFERED": "1",
            **({"WEB_PORT_SHARED": "1"} if process.kind == "web" else {}),
        },
    )
