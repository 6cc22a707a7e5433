"""The one door to other programs: argument lists only, no shell, no secret in an argument."""

import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hdms.errors import CommandFailed, InvalidInput

LINES_SHOWN = 15
_running: "set[subprocess.Popen[str]]" = set()


@dataclass(frozen=True)
class Completed:
    """What a program left: its exit code and both outputs as text."""

    exit_code: int
    stdout: str
    stderr: str


def run(
    arguments: Sequence[object],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    timeout: float | None = None,
    user: str | None = None,
    check: bool = True,
    clean: bool = False,
    interactive: bool = False,
) -> Completed:
    """Run a program to its end and return what it printed.

    Args:
        arguments: the program and its arguments: text and paths.
        env: variables added to this process's own.
        stdin: text for its standard input; the way to hand over a secret.
        timeout: seconds, after which it is killed.
        user: the account to run as (only root can change it).
        check: raise when the exit code is not 0.
        clean: `env` is all that it gets, instead of an addition.
        interactive: it has this process's terminal; nothing is captured.

    Raises:
        CommandFailed: it could not be started, took too long or, with `check`, failed.
    """
    command = [str(argument) for argument in arguments]
    # Only root may change groups at all, even to the ones it has.
    groups: dict[str, object] = {"user": user, "group": _group_of(user)} if user else {}
    pipe = None if interactive else subprocess.PIPE
    try:
        program = subprocess.Popen(  # type: ignore[call-overload]
            command,
            cwd=cwd,
            env={**({} if clean else os.environ), **(env or {})},
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            encoding="utf-8",
            errors="replace",
            **groups,
        )
    except OSError as error:
        raise CommandFailed(f"cannot run {shlex.join(command)}: {error.strerror}") from error
    _running.add(program)
    try:
        with program:
            try:
                stdout, stderr = program.communicate(None if interactive else stdin, timeout)
            except BaseException:  # also Ctrl-C
                program.kill()
                raise
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"{shlex.join(command)} took longer than {timeout:g} s") from error
    finally:
        _running.discard(program)
    finished = Completed(program.returncode, stdout or "", stderr or "")
    if check and finished.exit_code != 0:
        raise CommandFailed(
            f"{shlex.join(command)} ended with exit code {finished.exit_code}:\n"
            + last_lines(finished.stderr or finished.stdout)
        )
    return finished


def end_running() -> None:
    """End the programs that other threads wait for, since nobody needs what they do any more."""
    for program in list(_running):
        program.terminate()


def follow_output(arguments: Sequence[object]) -> Iterator[str]:
    """Yield a program's lines, of both outputs, as it prints them; end it when nobody asks on."""
    with subprocess.Popen(
        [str(argument) for argument in arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as program:
        try:
            yield from program.stdout or ()
        finally:
            program.terminate()


def split_words(command: str) -> list[str]:
    """Split a command as a shell does.

    Raises:
        InvalidInput: a quote is not closed.
    """
    try:
        return shlex.split(command)
    except ValueError as error:
        raise InvalidInput(f"{command!r} is not a command: {error}") from error


def last_lines(text: str, count: int = LINES_SHOWN) -> str:
    """Return the last `count` lines that hold anything, indented for an error message."""
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in lines[-count:])


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid
