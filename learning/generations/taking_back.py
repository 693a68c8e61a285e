"""What a person takes back or says otherwise, the prompt does not go on saying.

A remark that the generation in use says in its own words takes another generation with it: without that rule, or with
the new wording in its place, put to use at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from accounts.models import User
from learning.generations import changing
from learning.generations.changing import Rule, Text
from learning.models import Generation, Remark
from learning.prompts import active


@transaction.atomic
def drop(remark: Remark, user: User) -> Generation | None:
    """The generation that is put to use without it; None where the one in use does not say it."""
    found = _saying(remark)
    if found is None:
        return None
    others = [rule for rule in changing.text_in(found).rules if rule.remark != remark.pk]
    return _replace(found, others, remark, user, f"“{remark.rule}” was taken back")


@transaction.atomic
def reword(remark: Remark, user: User) -> Generation | None:
    """As `drop`, with the remark's rule in the place where it was said in other words."""
    found = _saying(remark)
    if found is None:
        return None
    rules = [Rule(remark.rule, remark.pk) if rule.remark == remark.pk else rule for rule in _once(found, remark)]
    return _replace(found, rules, remark, user, f"A rule was reworded: “{remark.rule}”")


def _saying(remark: Remark) -> Generation | None:
    changing.lock(remark.connection)
    found = active(remark.connection)
    return found if found and any(rule["remark"] == remark.pk for rule in found.rules) else None


def _once(generation: Generation, remark: Remark) -> list[Rule]:
    """Its rules, of those that say the remark only the first."""
    rules = list(changing.text_in(generation).rules)
    first = next(place for place, rule in enumerate(rules) if rule.remark == remark.pk)
    return [rule for place, rule in enumerate(rules) if place == first or rule.remark != remark.pk]


def _replace(parent: Generation, rules: Sequence[Rule], remark: Remark, user: User, why: str) -> Generation:
    text = Text(changing.text_in(parent).instructions, rules)
    made = changing.add(parent, text, Generation.Origin.EDITED, reflection=f"{why}.", user=user)
    changing.promote(made, user, why)
    made.refresh_from_db()
    remark.refresh_from_db(fields=["absorbed_in"])
    return made
