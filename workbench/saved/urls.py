from django.urls import include, path

urlpatterns = [
    path("", include("workbench.saved.queries.urls")),
]
