"""What production adds to every service's settings, and what it refuses."""

from hdms_common.environment import Environment

__all__ = [
    "CSRF_COOKIE_SECURE",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_SECONDS",
    "SECURE_PROXY_SSL_HEADER",
    "SESSION_COOKIE_SECURE",
    "SILENCED_SYSTEM_CHECKS",
    "refuse_development_values",
]

KEY_LENGTH = 50  # characters, as `manage.py check --deploy` asks of SECRET_KEY
EXAMPLE_WORDS = ("change", "default", "example", "insecure", "secret")

# TLS ends at the reverse proxy, which says so in this header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # CSRF protection is user-service's alone: no other sees a cookie
    "security.W008",  # no redirect to HTTPS: the reverse proxy does it, health checks use HTTP
    "security.W021",  # no HSTS preload: that is the domain owner's choice
]


def refuse_development_values(env: Environment) -> None:
    """Raise InvalidEnvironment for a key or a password that only a developer may use."""
    env.required("REDIS_PASSWORD")
    env.required("ALLOWED_HOSTS")
    key = env.required("SECRET_KEY")
    if len(key) < KEY_LENGTH or any(word in key.lower() for word in EXAMPLE_WORDS):
        raise env.invalid(
            "SECRET_KEY", f"is too short or an example: use {KEY_LENGTH} or more random characters"
        )
