"""Shows people what a service found wrong, at the fields of the form it came from."""

from django import forms

from decisions.errors import Fault, Invalid


def add_faults(form: forms.BaseForm, refusal: Invalid) -> None:
    """Put each fault at the field it names, or above the form where it names none of it."""
    for fault in refusal.faults:
        where = fault.get("where", "").removeprefix("/")
        form.add_error(where if where in form.fields else None, words_of(fault))
    if not refusal.faults:
        form.add_error(None, str(refusal))


def words_of(fault: Fault) -> str:
    """Say what is wrong and what to do."""
    return " ".join(filter(None, [fault.get("message"), fault.get("hint")]))
