"""Breaking what a whole stack rests on: where it is refused, and that it is undone."""

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from small_disk import mounted, small_disk

from hdms.engines.compose.engine import ComposeEngine
from hdms.engines.embedded.engine import EmbeddedEngine
from hdms.engines.fake import FakeEngine
from hdms.engines.own_faults import OwnFault, filled, require_own_file_system
from hdms.errors import HdmsError, InvalidInput
from hdms.faults.kinds import choose
from hdms.interruption import to_its_end
from hdms.stack import PROJECT, Stack
from hdms.wait import wait_until

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts something")


class Shared(FakeEngine):
    """An engine that others use, too."""

    def own_faults(self) -> Sequence[OwnFault]:
        return [OwnFault("engine", "kill", lambda _environment: None, others="all on this machine")]


def test_nobody_elses_disk_is_filled(stack: Stack) -> None:
    chosen = choose(EmbeddedEngine(stack))

    assert ("supervisor", "kill") in chosen.faults
    assert ("disk", "full") not in chosen.faults
    (left_out,) = chosen.left_out
    assert left_out.startswith(f"disk: full, since {stack.home} is not a file system of its own")
    with pytest.raises(InvalidInput, match="not a file system of its own") as refused:
        choose(EmbeddedEngine(stack), ["disk"])
    assert "mount one there first" in refused.value.hint


@as_root
def test_a_folder_that_is_mounted_and_shares_its_disk_is_not_filled(tmp_path: Path) -> None:
    with (
        mounted(tmp_path, "--bind", str(tmp_path)),
        pytest.raises(HdmsError, match="not a file system of its own"),
    ):
        require_own_file_system(tmp_path)


@as_root
def test_a_disk_of_its_own_is_filled_by_default(tmp_path: Path) -> None:
    with small_disk(tmp_path, "1m") as stack:
        chosen = choose(EmbeddedEngine(stack))

    assert ("disk", "full") in chosen.faults
    assert chosen.left_out == []


@as_root
def test_a_filled_disk_has_its_space_back_whatever_ends_the_command(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from hdms.engines.own_faults import filled\n"
        "with filled(Path(sys.argv[1])): print(flush=True); time.sleep(600)"
    )
    with small_disk(tmp_path, "1m"):
        free = os.statvfs(tmp_path).f_bfree
        with subprocess.Popen(
            [sys.executable, "-c", code, tmp_path], cwd=PROJECT, stdout=subprocess.PIPE
        ) as filling:
            assert filling.stdout is not None
            filling.stdout.readline()
            assert os.statvfs(tmp_path).f_bfree == 0
            filling.kill()
        wait_until(lambda: os.statvfs(tmp_path).f_bfree == free, "the space to be free", 10)


@as_root
def test_what_is_freed_meanwhile_is_taken_too(tmp_path: Path) -> None:
    with small_disk(tmp_path, "1m") as stack, filled(tmp_path) as fill:
        stack.root_env.unlink()
        assert os.statvfs(tmp_path).f_bfree > 0

        fill()

        assert os.statvfs(tmp_path).f_bfree == 0


def test_what_concerns_others_is_broken_only_where_it_is_asked_for_by_name(stack: Stack) -> None:
    engine = Shared(stack)

    assert ("engine", "kill") not in choose(engine).faults
    assert ("engine", "kill") not in choose(engine, kind="kill").faults
    assert choose(engine).left_out == ["engine: kill, since it concerns all on this machine"]
    assert choose(engine, ["engine"]).faults == [("engine", "kill")]


def test_an_unknown_part_is_answered_with_those_of_this_engine(stack: Stack) -> None:
    with pytest.raises(InvalidInput, match="'docker'") as refused:
        choose(EmbeddedEngine(stack), ["docker"])

    assert refused.value.hint.endswith("supervisor, disk")


@pytest.mark.parametrize("fault", ["docker", "disk"])
def test_a_docker_engine_elsewhere_is_neither_killed_nor_filled(
    fault: str, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://192.0.2.7:2375")

    with pytest.raises(InvalidInput, match=r"tcp://192\.0\.2\.7:2375 does not run on this machine"):
        choose(ComposeEngine(stack), [fault])


def test_what_only_passes_docker_on_is_not_killed(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/socket")

    with socket.socket(socket.AF_UNIX) as forwarding:
        forwarding.bind(f"{tmp_path}/socket")
        forwarding.listen()
        with pytest.raises(InvalidInput, match="does not run on this machine"):
            choose(ComposeEngine(stack), ["docker"])


def test_mending_that_is_interrupted_is_done_anew_and_then_the_command_ends() -> None:
    mended = []

    def mend() -> None:
        if not mended:
            mended.append("half")
            raise KeyboardInterrupt
        mended.append("whole")

    with pytest.raises(KeyboardInterrupt):
        to_its_end(mend)

    assert mended == ["half", "whole"]
