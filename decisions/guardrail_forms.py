"""The form of a guardrail: its name, its law, when it applies, what must never or always be."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms

from decisions.models import DecisionModel, Guardrail

NEVER, ALWAYS = "never", "always"
_ALWAYS = re.compile(r"\((.*)\) != true", re.DOTALL)


class GuardrailForm(forms.Form):
    """What compliance writes. `always` is kept as what must never be: that it does not hold."""

    model = forms.ChoiceField(label="For the model")
    name = forms.CharField(
        label="Name", max_length=200, help_text="In a few words, such as “No alcohol to minors”."
    )
    basis = forms.CharField(
        label="Law or policy",
        max_length=300,
        required=False,
        help_text="What it stands on, such as CAP Code 18.15.",
    )
    applies = forms.CharField(
        label="When",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "mono"}),
        help_text="FEEL over the facts, such as <code>list contains(markets, &quot;GB&quot;) and "
        "under18_share &gt;= 0.25</code>. For every submission: <code>true</code>.",
    )
    kind = forms.ChoiceField(
        label="it must",
        choices=[(NEVER, "never be"), (ALWAYS, "always be")],
        widget=forms.RadioSelect,
        initial=NEVER,
    )
    forbidden = forms.CharField(
        label="that",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "mono"}),
        help_text="FEEL over the answer and the facts, such as "
        "<code>outcome = &quot;approve&quot;</code>.",
    )
    reason = forms.CharField(
        label="Your reason",
        max_length=100,
        help_text="It stays in the history of the guardrail.",
    )

    def __init__(self, *given: Any, models: Sequence[DecisionModel], **named: Any) -> None:
        super().__init__(*given, **named)
        field = self.fields["model"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(model.key, model.name) for model in models]
        if len(models) == 1:
            field.initial = models[0].key

    def texts(self) -> dict[str, str]:
        """Return both conditions as they are kept."""
        forbidden = self.cleaned_data["forbidden"].strip()
        if self.cleaned_data["kind"] == ALWAYS:
            forbidden = f"({forbidden}) != true"
        return {"applies": self.cleaned_data["applies"].strip(), "forbidden": forbidden}


def initial_of(guardrail: Guardrail) -> dict[str, str]:
    """Return what the form shows of a guardrail."""
    always = _ALWAYS.fullmatch(guardrail.forbidden)
    return {
        "model": guardrail.model.key,
        "name": guardrail.name,
        "basis": guardrail.basis,
        "applies": guardrail.applies,
        "kind": ALWAYS if always else NEVER,
        "forbidden": always[1] if always else guardrail.forbidden,
    }
