"""Who is not logged in is sent to the log-in; htmx is told to leave the page for it."""

from urllib.parse import quote

import pytest
from django.test import Client

from chat.models import Conversation

pytestmark = pytest.mark.django_db


def test_a_page_redirects_to_the_log_in_and_back(conversation: Conversation) -> None:
    response = Client().get(f"/chat/{conversation.pk}/")
    assert response.status_code == 302
    assert response["Location"] == f"/login/?next=/chat/{conversation.pk}/"


@pytest.mark.parametrize("address", ["/model-status/?connection=1", "/conversations/?q=x", "/prompt/1/"])
def test_htmx_leaves_the_page_and_comes_back_to_it(conversation: Conversation, address: str) -> None:
    page = f"/chat/{conversation.pk}/?since=x"
    response = Client().get(address, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"})
    assert response.status_code == 204
    assert response["HX-Redirect"] == f"/login/?next={quote(page)}"
    assert "Location" not in response


@pytest.mark.parametrize("page", ["http://evil.example/", "", "//evil.example/"])
def test_htmx_comes_back_to_pages_of_this_site_only(conversation: Conversation, page: str) -> None:
    response = Client().get("/prompt/1/", headers={"HX-Request": "true", "HX-Current-URL": page})
    assert response["HX-Redirect"] == "/login/?next=/"
