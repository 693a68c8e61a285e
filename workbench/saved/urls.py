from django.urls import include, path

urlpatterns = [
    path("", include("workbench.saved.queries.urls")),
    path("", include("workbench.saved.finding.urls")),
    path("", include("workbench.saved.boards.urls")),
    path("", include("workbench.saved.subscriptions.urls")),
]
