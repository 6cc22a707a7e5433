from django.urls import include, path

urlpatterns = [
    path("health/", include("hdms_common.health")),
    path("api/accounts/", include("apps.accounts.urls")),
]
