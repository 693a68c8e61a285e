"""A conversation in two web processes on PostgreSQL and Redis: the same in both, and it outlives one of them."""

import signal
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.chat.real_sockets import Page, page
from tests.chat.sockets import GOOD
from tests.cluster import Cluster, NewCluster
from tests.processes import Site

SLOW = {"text": GOOD, "tokens_per_second": 8, "times": None}
ENDLESS = {"text": "```sql\nSELECT name, " + "price, " * 2000, "tokens_per_second": 8, "times": None}
STATUSES = """
from learning.models import Episode
print(*Episode.objects.filter(turn__conversation={!r}).order_by("started_at").values_list("status", flat=True), end="")
"""


@pytest.fixture(scope="module")
def cluster(new_cluster: NewCluster) -> Iterator[Cluster]:
    with new_cluster(webs=2) as running:
        yield running


@pytest.fixture(scope="module")
def session(cluster: Cluster) -> str:
    return cluster.session()


@pytest.fixture
def conversation(cluster: Cluster) -> str:
    return cluster.conversation()


@pytest.fixture
def here(cluster: Cluster, conversation: str, session: str) -> Iterator[Page]:
    """A browser at the first process."""
    with page(cluster, cluster.webs[0], conversation, session) as opened:
        yield opened


@pytest.fixture
def there(cluster: Cluster, conversation: str, session: str) -> Iterator[Page]:
    """The same person's browser at the other process."""
    with page(cluster, cluster.webs[1], conversation, session) as opened:
        yield opened


def statuses(cluster: Cluster, conversation: str) -> list[str]:
    return cluster.webs[0].shell(STATUSES.format(conversation)).split()


def test_an_answer_is_seen_live_in_another_process_to_the_letter(
    cluster: Cluster, conversation: str, session: str, here: Page, there: Page
) -> None:
    cluster.model.set_script([SLOW])
    with page(cluster, cluster.webs[0], conversation, session) as beside:
        here.asks()
        there.sees('id="tail-')
        assert "200 rows" not in there.html
        for each in (beside, there):
            each.sees('data-status="succeeded"')
        assert there.html == beside.html


def test_it_is_stopped_from_another_process(cluster: Cluster, conversation: str, here: Page, there: Page) -> None:
    cluster.model.set_script([ENDLESS])
    here.asks()
    there.sees('id="tail-')
    there.says(type="stop", answer=there.answer)
    for each in (here, there):
        each.sees('data-status="stopped"', seconds=5)
    assert statuses(cluster, conversation) == ["stopped"]


def test_who_comes_to_another_process_in_the_middle_sees_all_of_it_and_what_comes(
    cluster: Cluster, conversation: str, session: str, here: Page
) -> None:
    cluster.model.set_script([SLOW])
    answer = here.asks()
    with page(cluster, cluster.webs[1], conversation, session) as there:
        there.says(type="resume", answers=[answer])
        there.sees(f'id="answer-{answer}"', seconds=3)
        assert 'data-status="running"' in there.html
        there.sees('data-status="succeeded"')


def test_what_was_asked_is_taken_otherwise_from_another_process_while_it_is_answered(
    cluster: Cluster, conversation: str, here: Page, there: Page
) -> None:
    cluster.model.set_script([{"text": GOOD}, ENDLESS])
    here.says(type="ask", question="Which products?")
    here.sees('data-status="succeeded"')
    here.html = ""
    answer = here.asks("Do not count the refunds")
    there.says(type="retake", answer=answer, **{"as": "question"}, request="retake")
    there.sees('data-request="retake"', seconds=10)
    assert statuses(cluster, conversation)[1] == "stopped"
    here.sees("Do not count the refunds")
    here.says(type="stop", answer=there.answer)


def test_a_question_that_is_sent_to_two_processes_is_asked_once(
    cluster: Cluster, conversation: str, here: Page, there: Page
) -> None:
    cluster.model.set_script([{"text": GOOD, "times": None}])

    def send(each: Page) -> None:
        each.says(type="ask", question="Which products?", request="r1")
        each.sees('data-request="r1"')

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(send, (here, there)))
    assert len(statuses(cluster, conversation)) == 1


def test_the_answers_of_a_killed_process_are_interrupted_and_can_be_retried_in_another(
    cluster: Cluster, conversation: str, session: str, here: Page
) -> None:
    cluster.model.set_script([ENDLESS])
    answer = here.asks()
    cluster.webs[0].kill()
    cluster.model.set_script([{"text": GOOD, "times": None}])
    with page(cluster, cluster.webs[1], conversation, session) as there:
        there.says(type="resume", answers=[answer])
        there.sees('data-status="interrupted"', seconds=14)
        assert f'id="retry-{answer}"' in there.html
        there.says(type="ask", question="Which products?")
        there.sees('data-status="succeeded"')
    cluster.webs[0].start()


def test_a_process_that_is_told_to_end_interrupts_its_answers_at_once(
    cluster: Cluster, conversation: str, here: Page, there: Page
) -> None:
    cluster.model.set_script([ENDLESS])
    here.asks()
    there.sees('id="tail-')
    cluster.webs[0].kill(signal.SIGTERM)
    there.sees('data-status="interrupted"', seconds=3)
    assert statuses(cluster, conversation) == ["interrupted"]
    cluster.webs[0].start()


class TestRedisRestarts:
    def test_who_watches_in_another_process_sees_the_answer_go_on(
        self, cluster: Cluster, here: Page, there: Page
    ) -> None:
        cluster.model.set_script([{**SLOW, "tokens_per_second": 3}])
        here.asks()
        there.sees('id="tail-')
        restart(cluster)
        there.html = ""
        there.sees('data-status="running"', seconds=10)  # drawn whole once it is back
        there.sees('data-status="succeeded"')

    def test_what_was_asked_and_answered_while_it_was_away_is_seen_in_another_process_when_it_is_back(
        self, cluster: Cluster, here: Page, there: Page
    ) -> None:
        cluster.model.set_script([{"text": GOOD}])
        cluster.redis.stop()
        here.says(type="ask", question="Which products?")
        here.sees('data-status="succeeded"', seconds=15)
        assert "Which products?" not in there.html
        cluster.redis.start()
        there.sees("Which products?", seconds=10)
        there.sees('data-status="succeeded"', seconds=10)

    def test_the_end_of_an_answer_is_seen_in_another_process_while_it_is_away(
        self, cluster: Cluster, here: Page, there: Page
    ) -> None:
        cluster.model.set_script([SLOW])
        answer = here.asks()
        there.sees('id="tail-')
        cluster.redis.stop()
        there.says(type="resume", answers=[answer])  # as a page does that has heard nothing for ten seconds
        there.sees('data-status="succeeded"', seconds=15)
        cluster.redis.start()

    def test_a_page_that_connects_while_it_is_away_can_ask(
        self, cluster: Cluster, conversation: str, session: str
    ) -> None:
        cluster.model.set_script([{"text": GOOD}])
        cluster.redis.stop()
        with page(cluster, cluster.webs[0], conversation, session) as opened:
            opened.says(type="ask", question="Which products?")
            opened.sees('data-status="succeeded"', seconds=15)
        cluster.redis.start()


def restart(cluster: Cluster) -> None:
    cluster.redis.stop()
    cluster.redis.start()


def test_pages_are_served_while_redis_is_away(cluster: Cluster, session: str) -> None:
    cluster.redis.stop()
    assert "<form" in body_of(cluster.webs[0], "/login/")
    assert 'id="question"' in body_of(cluster.webs[0], "/", session)
    cluster.redis.start()


def body_of(web: Site, path: str, session: str = "") -> str:
    request = urllib.request.Request(web.url + path, headers={"Cookie": f"sessionid={session}"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return str(response.read().decode())
