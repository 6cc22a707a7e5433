"""What Django's page for an error shows while DEBUG is on."""

import re

from django.views.debug import SafeExceptionReporterFilter


class ExceptionReporterFilter(SafeExceptionReporterFilter):
    """Also masks the settings that hold Redis' URL, and with it the password."""

    hidden_settings = re.compile(
        f"{SafeExceptionReporterFilter.hidden_settings.pattern}"
        "|^CACHES$|^CHANNEL_LAYERS$|^CELERY_(BROKER_URL|RESULT_BACKEND)$",
        flags=re.IGNORECASE,
    )
