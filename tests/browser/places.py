"""Every kind of page that people see: what is to hold for each of them goes through this list. A new page is a line."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from agent.scripted_server import ServerHandle
from tests.processes import Site

GOOD = "```sql\nSELECT name, price FROM products ORDER BY id LIMIT 5\n```"
WRONG = "```sql\nSELECT title FROM products\n```"

SETUP = """
import json
from accounts.models import ApiToken, Invitation, Team, User
from datasources.models import Connection
person = User.objects.get(is_superuser=True)
sample = Connection.objects.get(is_sample=True, is_environment=False)
token = ApiToken.objects.create(person, name="pages", may_ask=True)[1]
invitation = Invitation.issue(sample.team, by=person)[1]
print(json.dumps({"token": token, "connection": sample.pk, "team": sample.team_id, "invitation": invitation}))
"""
FINISH = """
import json
from datasources.models import AuditEntry
from learning.models import Remark, VerifiedQuery
found = {
    "entry": AuditEntry.objects.filter(action="query").first().pk,
    "query": VerifiedQuery.objects.latest("pk").pk,
    "remark": Remark.objects.latest("pk").pk,
}
print(json.dumps(found))
"""

LOGGED_OUT = (
    "/login/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/invitations/{invitation}/",
    "/invitations/nobody-s/",
    "/env/docs",
)
CHAT = (
    "/chat/{conversation}/",
    "/conversations/",
    "/answers/{answer}/",
    "/answers/{failed}/",
)
TABS = (
    "/databases/{connection}/",
    "/databases/{connection}/edit/",
    "/databases/{connection}/tables/",
    "/databases/{connection}/delete/",
    "/databases/{connection}/diagram/",
    "/databases/{connection}/data/",
    "/databases/{connection}/data/products/",
    "/databases/{connection}/benchmark/",
    "/databases/{connection}/generations/",
    "/databases/{connection}/learning/",
    "/databases/{connection}/remarks/",
    "/databases/{connection}/remarks/{remark}/",
    "/databases/{connection}/verified/",
    "/databases/{connection}/verified/add/",
    "/databases/{connection}/verified/import/",
    "/databases/{connection}/verified/{query}/",
)
TEAM = (
    "/teams/",
    "/teams/{team}/",
    "/teams/{team}/databases/",
    "/teams/{team}/databases/new/",
    "/teams/{team}/audit/",
    "/teams/{team}/audit/{entry}/",
    "/teams/{team}/model/",
    "/teams/{team}/learning/",
    "/teams/{team}/usage/",
)
OWN = ("/account/", "/account/password/", "/account/tokens/", "/api/")
ADMIN = (
    "/admin/",
    "/admin/accounts/user/",
    "/admin/accounts/apitoken/",
    "/admin/datasources/connection/",
    "/admin/datasources/auditentry/",
    "/admin/learning/episode/",
    "/admin/learning/remark/",
)
WRONG_ONES = ("/nothing-here/", "/answers/00000000-0000-4000-8000-000000000000/")
EXPECTED = dict.fromkeys((*WRONG_ONES, "/invitations/nobody-s/"), 404)
"""Statuses other than 200."""
LOGGED_IN = (*CHAT, *TABS, *TEAM, *OWN, *ADMIN, *WRONG_ONES)


@dataclass(frozen=True)
class Places:
    """Addresses, with what there is in them."""

    site: Site
    named: dict[str, Any]

    def address(self, path: str) -> str:
        return self.site.url + path.format(**self.named)


def furnished(site: Site, model: ServerHandle) -> Places:
    """A conversation with answers of each kind: right, wrong with its remark, repaired, and failed."""
    named = json.loads(site.shell(SETUP).splitlines()[-1])
    model.set_script(
        [
            {"when_re": "cannot be answered", "text": WRONG, "times": None},
            {"when": "failed", "text": GOOD, "times": None},
            {"when_re": "repaired", "text": WRONG, "times": None},
            {"when_re": ".", "text": GOOD, "times": None},
        ]
    )
    right = _ask(site, named, "Which five products come first?")
    named["conversation"], named["answer"] = right["conversation_id"], right["id"]
    wrong = _ask(site, named, "Which five are the cheapest?")
    _ask(site, named, "Which five are to be repaired?")
    named["failed"] = _ask(site, named, "What cannot be answered?")["id"]
    _post(site, named, f"/answers/{right['id']}/verdict", {"verdict": "correct"})
    _post(site, named, f"/answers/{wrong['id']}/verdict", {"verdict": "wrong", "remark": "Cheap is below 20."})
    return Places(site, named | json.loads(site.shell(FINISH).splitlines()[-1]))


def _ask(site: Site, named: dict[str, Any], question: str) -> Any:
    body = {"question": question, "conversation_id": named.get("conversation")}
    return _post(site, named, f"/connections/{named['connection']}/questions?wait=100", body)


def _post(site: Site, named: dict[str, Any], path: str, body: dict[str, Any]) -> Any:
    headers = {"Authorization": f"Bearer {named['token']}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{site.url}/api/v1{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=120) as response:
        return json.load(response)
