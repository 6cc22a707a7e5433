"""First `.env` files, and the `.env.example` files that show what stands in them."""

import secrets
from collections.abc import Container, Mapping

from hdms.catalog import SERVICES
from hdms.environment.env_file import EnvFile, write_private
from hdms.environment.schema import ROOT, VARIABLES
from hdms.environment.validation import load
from hdms.environment.variable import Variable
from hdms.errors import InvalidInput
from hdms.ports import CANDIDATES, free_ports, is_free
from hdms.stack import Stack

# 64 characters.
SECRET_BYTES = 48

_HEADINGS = {
    ROOT: "# HDMS: variables of the whole stack. After an edit: inv env.sync",
    "service": (
        "# {scope}: its own variables. Values marked (from NAME) are copied from the root .env\n"
        "# by `inv env.sync`: edit them there."
    ),
}


def example(scope: str) -> str:
    """Return the text of a `.env.example` file: every variable, its default, no secret."""
    return _text(scope, {})


def write_initial_files(stack: Stack, ports: dict[str, int] | None = None) -> list[str]:
    """Write the `.env` files that are missing, with random secrets; existing ones stay.

    Beside a new root file, existing files of services get the values that are copied from it.

    Args:
        ports: values for the variables of ports other than the defaults.

    Returns:
        The paths of the files written, as a person would type them.

    Raises:
        InvalidInput: the root file exists but cannot be read.
    """
    written = []
    is_new = not stack.root_env.exists()
    if is_new:
        values = {name: str(port) for name, port in (ports or {}).items()}
        write_private(stack.root_env, _text(ROOT, {**_generated(ROOT), **values}))
        written.append(stack.display(stack.root_env))
    root = EnvFile.read(stack.root_env).values
    for service in SERVICES:
        path = stack.service_env(service.name)
        shared = {
            v.name: root.get(v.shared) or _default(v) for v in VARIABLES[service.name] if v.shared
        }
        if path.exists():
            file = EnvFile.read(path)
            renewed = file.with_values(shared)
            if is_new and renewed != file.text:
                write_private(path, renewed)
                written.append(stack.display(path))
            continue
        own = {"DB_USER": service.role, **_generated(service.name)}
        write_private(path, _text(service.name, {**shared, **own}))
        written.append(stack.display(path))
    if not _is_ours(root):
        raise InvalidInput(f"{stack.root_env} holds none of HDMS' variables", "see .env.example")
    return written


def add_missing_secrets(stack: Stack) -> list[str]:
    """Add to an existing root `.env` the generated secrets that it does not know yet.

    A newer version of HDMS may need more of them; whoever has none cannot go on.

    Returns:
        The names of the variables that were added.

    Raises:
        InvalidInput: the file cannot be read.
    """
    if not stack.root_env.exists():
        return []
    file = EnvFile.read(stack.root_env)
    known = file.values
    if not _is_ours(known):
        return []
    missing = {name: value for name, value in _generated(ROOT).items() if name not in known}
    if missing:
        write_private(file.path, file.with_values(missing))
    return list(missing)


def replace_taken_ports(stack: Stack, own: Container[str]) -> dict[str, int]:
    """Set a free port in place of each in the root `.env` that something else holds.

    Args:
        own: the variables of ports that this stack's own servers hold.

    Returns:
        The variables that were changed, and their new ports.

    Raises:
        InvalidInput: the file cannot be read, or a port in it is none.
    """
    environment = load(stack)
    names = [v.name for v in VARIABLES[ROOT] if v.is_host_port and v.name not in own]
    taken = [name for name in names if not is_free(int(environment[name]))]
    chosen = dict(zip(taken, free_ports(len(taken)), strict=True))
    if chosen:
        file = EnvFile.read(stack.root_env)
        new = {name: str(port) for name, port in chosen.items()}
        write_private(file.path, file.with_values(new))
    return chosen


def free_host_ports(candidates: range = CANDIDATES) -> dict[str, int]:
    """Return a free port for every variable that is a port of this machine.

    Raises:
        ValueError: there are not so many.
    """
    names = [v.name for v in VARIABLES[ROOT] if v.is_host_port]
    return dict(zip(names, free_ports(len(names), candidates), strict=True))


def _is_ours(root: Mapping[str, str]) -> bool:
    return any(variable.name in root for variable in VARIABLES[ROOT])


def _generated(scope: str) -> dict[str, str]:
    return {v.name: secrets.token_urlsafe(SECRET_BYTES) for v in VARIABLES[scope] if v.generated}


def _default(variable: Variable) -> str:
    return variable.default or ""


def _text(scope: str, values: dict[str, str]) -> str:
    heading = _HEADINGS.get(scope, _HEADINGS["service"]).format(scope=scope)
    blocks = [
        f"# {_comment(variable)}\n{variable.name}={values.get(variable.name, _default(variable))}\n"
        for variable in VARIABLES[scope]
    ]
    return "\n".join([heading + "\n", *blocks])


def _comment(variable: Variable) -> str:
    if variable.shared:
        return f"{variable.description} (from {variable.shared})"
    need = "required; " if variable.default is None else ""
    kind = "secret" if variable.secret else variable.expected
    return f"{variable.description} ({need}{kind})"
