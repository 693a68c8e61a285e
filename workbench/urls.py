from django.urls import include, path

urlpatterns = [
    path("", include("workbench.editor.urls")),
    path("", include("workbench.results.urls")),
    path("", include("workbench.charts.urls")),
    path("", include("workbench.saved.urls")),
    path("", include("workbench.comfort.urls")),
]
