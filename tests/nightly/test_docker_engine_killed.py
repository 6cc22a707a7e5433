"""The Docker engine is killed with SIGKILL: what ran is there again when the engine is."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from hdms.stack import PROJECT
from hdms.wait import wait_until

IMAGE = "redis:7"
CHECK_ENV = "check-env"
READY_SECONDS = 120.0


class Engine:
    """A second Docker engine, in a network of its own, so that this machine's does not notice."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._address = f"--host=unix://{folder}/socket"
        self._dockerd: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        folders = [f"--data-root={self.folder}/data", f"--exec-root={self.folder}/run"]
        alone = ["unshare", "--net", "dockerd", "--bridge=none", "--iptables=false"]
        command = [*alone, *folders, f"--pidfile={self.folder}/pid", self._address]
        with (self.folder / "log").open("ab") as log:
            self._dockerd = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until(lambda: self._docker("info").returncode == 0, "dockerd", READY_SECONDS)

    def kill(self) -> None:
        assert self._dockerd is not None
        self._dockerd.kill()
        self._dockerd.wait()

    def stop(self) -> None:
        if self._dockerd is not None and self._dockerd.poll() is None:
            for name in self.said("ps", "--all", "--quiet").split():
                self._docker("rm", "--force", name)
            self._dockerd.terminate()
            self._dockerd.wait()

    def said(self, *arguments: str) -> str:
        finished = self._docker(*arguments)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def take(self, image: str) -> None:
        with subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE) as saved:
            subprocess.run(["docker", self._address, "load"], stdin=saved.stdout, check=True)

    def _docker(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = ["docker", self._address, *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.fixture
def engine(docker: None) -> Iterator[Engine]:
    if os.geteuid() != 0:
        pytest.skip("only root can start a Docker engine")
    with tempfile.TemporaryDirectory(prefix="dd-", ignore_cleanup_errors=True) as folder:
        made = Engine(Path(folder))
        try:
            made.start()
            yield made
        finally:
            made.stop()


def policies() -> set[str]:
    text = (PROJECT / "docker-compose.yml").read_text()
    services = yaml.safe_load(text)["services"]
    # check-env ends before the others start, and stays so.
    return {service["restart"] for name, service in services.items() if name != CHECK_ENV}


def test_everything_comes_back_with_the_engine(engine: Engine) -> None:
    engine.take(IMAGE)
    (policy,) = policies()
    options = ["--detach", "--network=none", f"--restart={policy}", "--name=unit"]
    engine.said("run", *options, IMAGE)

    engine.kill()
    engine.start()

    running: Callable[[], bool] = lambda: "unit" in engine.said("ps", "--format={{.Names}}")  # noqa: E731
    wait_until(running, "the container", READY_SECONDS)
