"""Eight tabs that correct one answer at once, then switch at once: prints how often each was done, and what is left.

A program of its own, so that it can run on the application database that DATABASE_URL names.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import django
from django.db import connections

django.setup()

from accounts.models import Membership, Team, User  # noqa: E402 - models need the applications
from agent.scripted import ScriptedLLM  # noqa: E402
from chat import corrections  # noqa: E402
from chat.asking import Asked  # noqa: E402
from chat.models import Conversation  # noqa: E402
from datasources.models import Connection  # noqa: E402
from learning.models import Attempt, Episode  # noqa: E402
from learning.recorder import BadQuestion  # noqa: E402

MODEL = ScriptedLLM([])
TABS = 8


def at_once(take: Callable[[], Asked | None]) -> int:
    """How many of the tabs had something asked."""

    def tab(_: int) -> bool:
        try:
            return take() is not None
        except BadQuestion:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TABS) as pool:
        return sum(pool.map(tab, range(TABS)))


def end(conversation: Conversation) -> Episode:
    """The last answer, found."""
    last = conversation.turns.order_by("asked_at").last()
    assert last
    Episode.objects.filter(pk=last.episode_id).update(status=Episode.Status.SUCCEEDED, sql="SELECT 1")
    Attempt.objects.create(episode_id=last.episode_id, number=1, strategy="generate", sql="SELECT 1")
    return Episode.objects.get(pk=last.episode_id)


def main() -> None:
    user = User.objects.create_user("corrector")
    team = Team.objects.create(name="Correctors")
    Membership.objects.create(user=user, team=team, role=Membership.Role.MEMBER)
    shop = Connection.objects.create(team=team, name="shop", path="/nowhere")
    conversation = Conversation.objects.create(user=user, connection=shop)
    corrections.put(conversation, user, "Which products do we sell?", MODEL)
    end(conversation)
    corrected = at_once(lambda: corrections.put(conversation, user, "don't count returns", MODEL))
    remark = end(conversation)
    asked = at_once(lambda: corrections.as_question(conversation, user, remark, MODEL))
    question = end(conversation)
    back = at_once(lambda: corrections.as_remark(conversation, user, question, MODEL))
    states = list(shop.remarks.order_by("pk").values_list("state", flat=True))
    print(corrected, asked, back, *states, list(user.verdicts.values_list("is_right", flat=True)))


if __name__ == "__main__":
    main()
