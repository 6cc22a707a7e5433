"""Commands in odd surroundings: no locale, no output, few open files, no toolkit."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hdms.environment.env_file import EnvFile
from hdms.environment.initial import free_host_ports, write_initial_files
from hdms.errors import InvalidInput
from hdms.stack import PROJECT, Stack

INV = [sys.executable, "-m", "invoke"]
INSTALLING = ("start-infrastructure.sh", "install-chromium.sh")
SCRIPTS = sorted(p.name for p in (PROJECT / "scripts").glob("*.sh") if p.name not in INSTALLING)


def shell(script: str, stack: Stack, **variables: str) -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, "HDMS_HOME": str(stack.home), **variables}
    return subprocess.run(
        ["sh", "-c", script, "sh", *INV],
        cwd=PROJECT, env=environment, capture_output=True, check=False,
    )  # fmt: skip


@pytest.fixture
def accented(passable: Path) -> Stack:
    """A stack in a folder with a letter that no ASCII has."""
    home = passable / "\u00fc"
    home.mkdir(mode=0o711)
    stack = Stack(home)
    write_initial_files(stack, free_host_ports())
    return stack


def test_without_a_locale_any_path_works(accented: Stack) -> None:
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    try:
        started = shell('"$@" infra.start redis', accented, **locale)
        state = shell('"$@" infra.status', accented, **locale)
    finally:
        stopped = shell('"$@" infra.down', accented, **locale)

    assert [started.returncode, state.returncode, stopped.returncode] == [0, 0, 0], started.stderr
    assert b"redis" in stopped.stdout
    assert b"Traceback" not in started.stderr + state.stderr + stopped.stderr


def test_a_closed_output_is_no_error(stack: Stack) -> None:
    finished = shell('"$@" infra.status >&-', stack)

    assert (finished.returncode, finished.stderr) == (0, b"")


def test_too_few_open_files_are_one_sentence_and_a_remedy(accented: Stack) -> None:
    refused = shell('ulimit -n 256 && "$@" infra.start redis', accented)

    assert refused.returncode == 1
    assert b"a process may open 256 files here" in refused.stderr
    assert b"ulimit -n 1024" in refused.stderr


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_without_the_toolkit_says_how_to_install_it(tmp_path: Path, script: str) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(PROJECT / "scripts" / script, tmp_path / "scripts")

    refused = subprocess.run(
        [tmp_path / "scripts" / script], capture_output=True, text=True, check=False
    )

    assert refused.returncode == 1
    assert "start-infrastructure.sh" in refused.stderr
    assert "not found" not in refused.stderr


def test_an_env_file_that_cannot_be_read_has_a_remedy(tmp_path: Path) -> None:
    latin = tmp_path / "latin"
    latin.write_bytes("A=\u00fc".encode("latin-1"))
    for path, remedy in ((latin, "iconv"), (tmp_path, "move it away")):
        with pytest.raises(InvalidInput) as refused:
            EnvFile.read(path)
        assert remedy in refused.value.hint


def test_a_remedy_can_be_typed_where_inv_is_not_on_the_path(tmp_path: Path) -> None:
    inv = Path(sys.executable).parent / "inv"
    elsewhere = {"HDMS_HOME": str(tmp_path), "HDMS_ENGINE": "embedded"}

    def said(path: str) -> str:
        variables = {**os.environ, **elsewhere, "PATH": path}
        command = [inv, "infra.up"]
        ended = subprocess.run(
            command, cwd=PROJECT, env=variables, capture_output=True, text=True, check=False
        )
        return ended.stderr

    assert f"`{inv} env.init`" in said("/usr/bin:/bin")
    assert "`inv env.init`" in said(f"{inv.parent}:/usr/bin:/bin")


def test_ctrl_c_while_inv_loads_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "invoke").mkdir()
    (tmp_path / "invoke" / "__init__.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n"
    )
    inv = Path(sys.executable).parent / "inv"

    ended = subprocess.run(
        [inv, "infra.up"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=False,
    )

    assert ended.returncode == -signal.SIGINT  # 130 in a shell
    assert ended.stdout + ended.stderr == b""
