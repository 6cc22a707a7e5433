"""The ASGI web server: `python -m hdms_django.asgi_server`, run in the service's `src`."""

import os

import django
from django.conf import settings

from hdms_common import asgi_server
from hdms_common.ready_file import ReadyFile
from hdms_django.startup import check_dependencies

MESSAGE_LIMIT_BYTES = 64 * 1024


def main() -> None:
    """Serve core.asgi on WEB_HOST and WEB_PORT until SIGTERM."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.dev")
    django.setup()
    check_dependencies()
    asgi_server.serve(
        "core.asgi:application",
        settings.WEB_HOST,
        settings.WEB_PORT,
        ReadyFile.from_environment(),
        lifespan="off",  # Django does not take part in it
        ws_max_size=MESSAGE_LIMIT_BYTES,
    )


if __name__ == "__main__":
    main()
