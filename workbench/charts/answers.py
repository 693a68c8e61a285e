"""An answer's chart: who may see it, and what was chosen for it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Q
from django.shortcuts import get_object_or_404

from accounts.models import User
from accounts.requests import UserRequest
from datasources.engine import ResultSet
from learning.models import Episode
from learning.models.episodes import EpisodeQuerySet
from learning.results import from_json
from workbench.charts.chart import Chart
from workbench.charts.models import ChartChoice
from workbench.charts.panel import Panel, kept


def visible_to(user: User) -> EpisodeQuerySet:
    """One's own answers, of connections that one may still use: a conversation is its person's, and of a room beside
    this one, known by its name."""
    mine = Q(user=user) | Q(turn__conversation__user=user)
    return Episode.objects.visible_to(user).filter(mine)


def get_answer(request: UserRequest, episode_id: UUID) -> Episode:
    """Raises Http404 for everybody else."""
    found = visible_to(request.user).select_related("connection").defer("connection__schema_snapshot")
    return get_object_or_404(found, pk=episode_id)


def result_of(episode: Episode) -> ResultSet:
    """Without rows where it has none yet."""
    return from_json(episode.result) if episode.result else ResultSet((), (), truncated=False, elapsed=0.0)


def panel_of(episode: Episode, user: User) -> Panel:
    result = result_of(episode)
    return Panel(result, before=_chosen(episode, user, result))


def choose(episode: Episode, user: User, wanted: Chart) -> Panel:
    """Kept, if it can be drawn."""
    result = result_of(episode)
    panel = Panel(result, wanted, before=_chosen(episode, user, result))
    if not panel.problem:
        chart = None if panel.is_suggested else wanted.to_json()
        _keep(episode, user, shows_chart=True, chart=chart, columns=list(result.columns))
    return panel


def choose_suggested(episode: Episode, user: User) -> Panel:
    _keep(episode, user, shows_chart=True, chart=None)
    return Panel(result_of(episode))


def show(episode: Episode, user: User, *, chart: bool) -> None:
    """Which of the two is seen first from now on. Of somebody else's answer, their chart is kept as one's own."""
    theirs = ChartChoice.objects.of(episode, user)
    mine = {"shows_chart": chart}
    new = {"chart": theirs.chart, "columns": theirs.columns} if theirs else {}
    ChartChoice.objects.update_or_create(episode=episode, user=user, defaults=mine, create_defaults=mine | new)


def shown_as_chart(user: User, wanted: list[UUID]) -> list[UUID]:
    """Of these answers those that are seen as a chart."""
    found: dict[UUID, bool] = {}
    choices = ChartChoice.objects.filter(episode__in=visible_to(user).filter(pk__in=wanted).values("pk"))
    for choice in choices.filter(Q(user=user) | Q(user=F("episode__user"))):
        if choice.user_id == user.pk or choice.episode_id not in found:
            found[choice.episode_id] = choice.shows_chart
    return [episode for episode, chart in found.items() if chart]


def _chosen(episode: Episode, user: User, result: ResultSet) -> Chart | None:
    choice = ChartChoice.objects.of(episode, user)
    return kept(choice.fits(list(result.columns))) if choice else None


def _keep(episode: Episode, user: User, **choice: object) -> None:
    ChartChoice.objects.update_or_create(episode=episode, user=user, defaults=choice)
