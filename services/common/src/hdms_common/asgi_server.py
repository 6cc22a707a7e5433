"""The ASGI web server: `python -m hdms_common.asgi_server`, run in the service's `src`."""

import os

import django
import uvicorn
from django.conf import settings

from hdms_common.startup import check_dependencies

MESSAGE_LIMIT_BYTES = 64 * 1024
GRACEFUL_SECONDS = 5


def main() -> None:
    """Serve core.asgi on WEB_HOST and WEB_PORT until SIGTERM."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings.dev")
    django.setup()
    check_dependencies()
    uvicorn.run(
        "core.asgi:application",
        host=settings.WEB_HOST,
        port=settings.WEB_PORT,
        lifespan="off",  # Django does not take part in it
        ws_max_size=MESSAGE_LIMIT_BYTES,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        log_config=None,  # Django's LOGGING is in force
        access_log=False,  # the reverse proxy logs requests
    )


if __name__ == "__main__":
    main()
