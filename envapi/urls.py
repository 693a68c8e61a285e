"""At the root, as the standard has it; no address ends in a slash."""

from django.urls import path

from envapi.published.views import docs
from envapi.views import ENDPOINTS, OPEN, through_django

urlpatterns = [
    path("env/docs", docs, name="env_docs"),
    *(
        path(address.removeprefix("/"), through_django, name=address.removeprefix("/").replace("/", "_"))
        for address in (*ENDPOINTS, *OPEN)
    ),
]
