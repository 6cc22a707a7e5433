"""How many files this account lets a process open."""

import resource

from hdms.errors import HdmsError

LEAST_FILES = 1024  # supervisord refuses to start with fewer


def require_files() -> None:
    """Let supervisord and what it runs open enough files.

    Raises:
        HdmsError: this account may not.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < LEAST_FILES:
        raise HdmsError(
            f"a process may open {hard} files here, and the stack needs {LEAST_FILES}",
            f"raise the limit, then try again: ulimit -n {LEAST_FILES} (as root, or for good in "
            "/etc/security/limits.conf)",
        )
    if soft != resource.RLIM_INFINITY and soft < LEAST_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (LEAST_FILES, hard))
