"""Everything that can be wrong with the `.env` files, found before anything changes."""

from dataclasses import dataclass

from hdms.catalog import COMPONENTS, SERVICES
from hdms.environment.environment import Environment, read, shown
from hdms.environment.schema import ROOT, VARIABLES, of_services_alone
from hdms.environment.variable import EXAMPLE_WORDS, WELL_KNOWN_SECRETS, Variable
from hdms.errors import InvalidInput
from hdms.nearest import nearest
from hdms.stack import Stack

# Docker Compose reads variables of its own from the root file.
_OF_DOCKER = ("COMPOSE_", "DOCKER_", "BUILDKIT_")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"


def load(stack: Stack) -> Environment:
    """Read and validate the environment of a stack.

    Raises:
        InvalidInput: a file is missing, or values are wrong; all problems are in the message.
    """
    environment = read(stack)
    problems = validate(environment)
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise InvalidInput(
            f"{count} in the .env files; nothing was changed:\n{listed}",
            "correct them; docs/environment-variables.md describes every variable",
        )
    return environment


def validate(environment: Environment) -> list[Problem]:
    """Return all problems, file by file and line by line."""
    problems = []
    for scope in VARIABLES:
        found = [
            *_format_problems(environment, scope),
            *_value_problems(environment, scope),
            *(_rule_problems(environment) if scope == ROOT else ()),
        ]
        problems += sorted(found, key=lambda problem: problem.line or 0)
    return problems


def _problem(environment: Environment, scope: str, name: str, what: str) -> Problem:
    file = environment.files[scope]
    return Problem(environment.stack.display(file.path), file.line_of(name), what)


def _format_problems(environment: Environment, scope: str) -> list[Problem]:
    file = environment.files[scope]
    path = environment.stack.display(file.path)
    problems = [
        Problem(path, line, "expected NAME=value, a comment or an empty line")
        for line in file.unreadable_lines()
    ]
    for name, value in file.values.items():
        if not all(character.isprintable() for character in value):
            what = f"{name} holds a line break or another character that cannot be printed"
            problems.append(Problem(path, file.line_of(name), what))
        lines = file.lines_of(name)
        if len(lines) > 1:
            listed = " and ".join(str(line) for line in lines)
            problems.append(Problem(path, lines[-1], f"{name} is set twice, in lines {listed}"))
    if scope == ROOT:
        elsewhere = of_services_alone()
        problems += [
            Problem(
                path,
                file.line_of(name),
                f"{name} has no effect here: it belongs in a "
                "service's file, services/<service>/.env",
            )
            for name in file.values
            if name in elsewhere
        ]
    return problems


def _value_problems(environment: Environment, scope: str) -> list[Problem]:
    problems = []
    for variable in VARIABLES[scope]:
        if variable.shared:
            continue  # judged in the root file, from which it is copied
        written = environment.files[scope].values.get(variable.name)
        what = _value_problem(variable, written, environment.in_production)
        if not what and variable.secret:
            what = _secret_problem(environment, scope, variable)
        if what:
            problems.append(_problem(environment, scope, variable.name, what))
    return problems


def _secret_problem(environment: Environment, scope: str, variable: Variable) -> str | None:
    """Return what is wrong with how a secret stands, or no longer stands, in its file."""
    file = environment.files[scope]
    if file.is_cut(variable.name):
        return (
            f"{variable.name}: a comment begins in its line, which may have been part of it: "
            "a password has no # and no space; write the comment on a line of its own"
        )
    copies = [] if variable.name in file.values else _copies(environment, variable)
    if copies:
        return (
            f"{variable.name} is gone, and was set ({', '.join(copies)} have it): put the line "
            f"back, or write {variable.name}= if there is to be none"
        )
    return None


def _copies(environment: Environment, root: Variable) -> list[str]:
    """Return the services' files that hold a copy of a root variable that is not empty."""
    return [
        environment.stack.display(environment.files[service.name].path)
        for service in SERVICES
        for v in VARIABLES[service.name]
        if v.shared == root.name and environment.files[service.name].values.get(v.name)
    ]


def warnings(environment: Environment) -> list[Problem]:
    """Return what is probably a mistake, and need not be one: names that nobody knows.

    In a service's file only those that look like a known one: the service may read others.
    """
    found = []
    for scope, variables in VARIABLES.items():
        known = {variable.name for variable in variables}
        for name in environment.files[scope].values.keys() - known:
            meant = nearest(name, known)
            if meant or (scope == ROOT and not name.startswith(_OF_DOCKER)):
                hint = f": is {meant} meant?" if meant else ""
                what = f"nothing reads {name}{hint}"
                found.append(_problem(environment, scope, name, what))
    return sorted(found, key=lambda warning: (warning.file, warning.line or 0))


def _value_problem(variable: Variable, written: str | None, in_production: bool) -> str | None:
    if not written:
        if variable.default is None:
            if variable.generated and written is None:
                return f"{variable.name} is missing: `inv env.init` makes one and adds it"
            state = "missing" if written is None else "empty"
            return f"{variable.name} is {state}: expected {variable.expected}"
        if in_production and variable.required_in_production:
            return f"{variable.name} is empty: production requires a password"
        return None
    what = variable.problem(written)
    if what:
        return f"{variable.name}={shown(variable, written)}: {what}"
    if variable.secret and in_production:
        is_example = variable.is_key and any(word in written.lower() for word in EXAMPLE_WORDS)
        if is_example or written.lower() in WELL_KNOWN_SECRETS:
            return f"{variable.name} is a well-known password: production refuses it"
        if len(written) < variable.production_length:
            least = f"at least {variable.production_length} characters"
            return f"{variable.name} has {len(written)} characters: production requires {least}"
    return None


def _rule_problems(environment: Environment) -> list[Problem]:
    """Return what is wrong between variables whose values are right in themselves."""
    problems = [
        _problem(environment, ROOT, name, what)
        for component in COMPONENTS
        for name, what in component.problems(environment)
    ]
    taken: dict[str, str] = {}
    for variable in VARIABLES[ROOT]:
        if variable.is_host_port:
            port = environment[variable.name]
            if port in taken:
                what = f"{variable.name}={port}: {taken[port]} has this port already"
                problems.append(_problem(environment, ROOT, variable.name, what))
            taken.setdefault(port, variable.name)
    return problems
