"""Settings of signing in: sessions, passwords, django-allauth (decision 033)."""

# In the database, not in the Redis that all services can write to; and what is deleted is over.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "hdms_session"  # nginx.conf.template knows it
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    # Of passwords from before; each is hashed anew at its next use.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTHENTICATION_BACKENDS = ["apps.sign_in.backend.ByCodeOrEmail"]

APPS = [
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.headless",
    "apps.sign_in",
    "apps.identity",
]
SIGN_IN_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.sign_in.devices.middleware",
    "apps.sign_in.failures.middleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [  # of letters
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("browser",)
# Pages of the browser's part, on the address at which it was asked.
HEADLESS_FRONTEND_URLS = {
    "account_reset_password": "/reset",
    "account_reset_password_from_key": "/reset/{key}",
    "account_confirm_email": "/confirm/{key}",
    "account_signup": "/sign-in",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1  # the front door

ACCOUNT_ADAPTER = "apps.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]  # of its checks; sign-up is closed
ACCOUNT_EMAIL_VERIFICATION = "none"
# An unknown address gets no letter: strangers would send them to whom they like.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # others' sessions end, the one that changes it stays
ACCOUNT_RATE_LIMITS = {
    "login": None,  # ours: apps.sign_in.limits
    "login_failed": "10/m/key",  # codes of a second factor
    "reset_password": "10/m/ip",  # not per address that is typed: a stranger would use it up
}

MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "HDMS"
MFA_TOTP_TOLERANCE = 1  # half a minute: who types slowly, a clock that is a little wrong
# Our people's addresses come of their organisation, and need no letter to be believed.
MFA_ALLOW_UNVERIFIED_EMAIL = True
