"""The web server: `python -m src`, in the service's folder."""

import uvicorn

from src.config import Settings

GRACEFUL_SECONDS = 5


def main() -> None:
    """Serve src.app on WEB_HOST and WEB_PORT until SIGTERM."""
    settings = Settings.load()
    uvicorn.run(
        "src.app:app",
        host=settings.web_host,
        port=settings.web_port,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        access_log=False,  # the front door logs requests
        log_config=None,  # src/logging_config.py is in force
    )


if __name__ == "__main__":
    main()
