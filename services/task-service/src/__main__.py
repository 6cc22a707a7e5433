"""The web server: `python -m src`, in the service's folder."""

import asyncio

from hdms_common import asgi_server
from hdms_common.ready_file import ReadyFile
from src.config import Settings
from src.logging_config import configure_logging
from src.startup import check_dependencies


def main() -> None:
    """Serve src.app on WEB_HOST and WEB_PORT until SIGTERM."""
    settings = Settings.load()
    configure_logging(settings)
    asyncio.run(check_dependencies(settings))  # before the port is taken
    ready_file = ReadyFile(settings.ready_file)
    asgi_server.serve("src.app:app", settings.web_host, settings.web_port, ready_file)


if __name__ == "__main__":
    main()
