"""What a person chooses before a run starts, and which two runs are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from learning.benchmark.pages.run_page import group_words
from learning.benchmark.policies import MOST_ATTEMPTS
from learning.benchmark.running import Wanted
from learning.models import Evaluation, Generation
from learning.prompts import SEED

POLICY_HELP = {
    Evaluation.Policy.LEARNED: "what people get in the chat",
    Evaluation.Policy.FIXED: "the same repairs in the same order",
    Evaluation.Policy.RANDOM: "a repair by lot",
    Evaluation.Policy.NONE: "the first attempt counts",
}


class RunForm(forms.Form):
    """The seed is read where chance chooses, and nowhere else. Difficulties and the prompt's generation are asked for
    where there are several. `counts`: how many questions each group has."""

    use_required_attribute = False

    difficulties = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose at least one kind of questions."}
    )
    policy = forms.ChoiceField(widget=forms.RadioSelect, label="Repairs")
    generation = forms.TypedChoiceField(coerce=int, required=False, empty_value=None, label="Generation of the prompt")
    attempts = forms.TypedChoiceField(
        coerce=int,
        choices=[(number, str(number)) for number in range(1, MOST_ATTEMPTS + 1)],
        label="Attempts, at most",
    )
    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        label="Seed",
        help_text="The same number draws the same lots again. Empty: other ones each time.",
        widget=forms.NumberInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(
        self,
        *args: Any,
        counts: Mapping[str, int],
        usual: Sequence[str],
        generations: Sequence[Generation] = (),
        **kwargs: Any,
    ) -> None:
        in_use = next((one.number for one in generations if one.is_active), SEED)
        usually = {"difficulties": usual, "policy": "learned", "attempts": MOST_ATTEMPTS, "generation": in_use}
        kwargs.setdefault("initial", usually)
        super().__init__(*args, **kwargs)
        self.has_choice = len(counts) > 1
        if self.has_choice:
            self._choose("difficulties", [(name, f"{group_words(name)} · {many}") for name, many in counts.items()])
        else:
            del self.fields["difficulties"]
        self.has_generations = len(generations) > 1
        if self.has_generations:
            self._choose(
                "generation", [(str(one.number), f"{one.number} · {one.get_state_display()}") for one in generations]
            )
        else:
            del self.fields["generation"]
        self._choose("policy", [(policy.value, policy.label) for policy in Evaluation.Policy])

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    @property
    def policies(self) -> list[tuple[Any, str]]:
        """Each radio button with a few words about it."""
        return list(zip(self["policy"], POLICY_HELP.values(), strict=True))

    @property
    def wanted(self) -> Wanted:
        """Of a valid form."""
        data = self.cleaned_data
        return Wanted(
            difficulties=tuple(data.get("difficulties", ())),
            policy=data["policy"],
            attempts=data["attempts"],
            generation=data.get("generation"),
            seed=data["seed"] if data["policy"] == Evaluation.Policy.RANDOM else None,
        )


class TwoRuns(forms.Form):
    before = forms.UUIDField(required=False)
    after = forms.UUIDField(required=False)
