from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("datasources.urls")),
    path("", include("datasources.explore_urls")),
    path("", include("endpoints.urls")),
    path("", include("learning.urls")),
    path("", include("chat.urls")),
    path("", include("envapi.urls")),
    path("", include("workbench.urls")),
    path("", include("api.urls")),
]
handler500 = "operations.failing.server_error"
