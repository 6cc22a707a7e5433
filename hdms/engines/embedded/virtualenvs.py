"""Each service's own virtual environment, made from its compiled requirements."""

import hashlib
import shutil
import sys
import sysconfig
from pathlib import Path

from hdms.catalog import Service
from hdms.engines.base import Announce
from hdms.process import run
from hdms.stack import PROJECT

INSTALL_SECONDS = 900.0
COMMON = PROJECT / "services" / "common"


def ensure(folder: Path, service: Service, announce: Announce) -> None:
    """Make or renew a service's virtual environment, unless it matches its requirements.

    Raises:
        CommandFailed: the installer failed; the message holds what it said.
    """
    requirements = PROJECT / "services" / service.name / "requirements.txt"
    stamp = folder / "hdms-requirements.sha256"
    wanted = _fingerprint(requirements)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    announce(f"installing {service.name}'s packages")
    shutil.rmtree(folder, ignore_errors=True)
    run([_uv(), "venv", "--quiet", "--python", sys.executable, folder], timeout=INSTALL_SECONDS)
    python = folder / "bin" / "python"
    install: list[str | Path] = [
        _uv(),
        "pip",
        "install",
        "--quiet",
        "--compile-bytecode",
        "--python",
        python,
    ]
    run([*install, "--require-hashes", "--requirement", requirements], timeout=INSTALL_SECONDS)
    if service.framework.common:
        run([*install, "--no-deps", "--editable", COMMON], timeout=INSTALL_SECONDS)
    stamp.write_text(wanted)


def _uv() -> Path:
    return Path(sysconfig.get_path("scripts")) / "uv"


def _fingerprint(requirements: Path) -> str:
    content = requirements.read_bytes() + (COMMON / "pyproject.toml").read_bytes()
    return hashlib.sha256(content + sys.version.encode()).hexdigest()
