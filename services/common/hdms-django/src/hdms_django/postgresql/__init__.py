"""Django's PostgreSQL backend for a database that may be away: `ENGINE = "hdms_django.postgresql"`.

It adds to Django's own pool what that lacks: the reason of a failure, an end to waiting in a long
outage, no second try of a refused password, and a check of idle connections that costs nothing.
"""
