"""A campaign is paused, and goes on again when that is taken back.

Spotify deletes no campaign that ran. So a blocked campaign is a paused one too: what differs is
the decision behind it, which stays on the log here.
"""

from typing import Any

from connectors.adapters.base import UNDO
from connectors.adapters.spotify_ads import api
from connectors.adapters.spotify_ads.steps import Task, answer
from connectors.errors import Answer, DeliveryError

STOPPED = frozenset({"PAUSED", "ARCHIVED"})


def stop(task: Task, done: dict[str, Any]) -> Answer:
    """Remember how the campaign stands, pause it, and look whether Spotify did."""
    if done.get(UNDO):
        return _go_on(task, done)
    if "campaign" not in done:
        found = api.campaign(task.line, task.account, _wanted(task))
        done |= {"campaign": _wanted(task), "before": str(found.get("status") or "ACTIVE")}
        if done["before"] in STOPPED:
            return answer(done, f"It is {done['before'].lower()} already")
        return answer(done, "Looked how the campaign stands", more=True)
    after = api.change_campaign(task.line, task.account, done["campaign"], status="PAUSED")
    done["after"] = str(after.get("status") or "PAUSED")
    return answer(done, "Paused the campaign")


def _go_on(task: Task, done: dict[str, Any]) -> Answer:
    if done.get("before") == "ACTIVE" and "after" in done:
        api.change_campaign(task.line, task.account, done["campaign"], status="ACTIVE")
        return answer(done, "Rolled back: the campaign runs again")
    return answer(done, "Rolled back: nothing had been changed")


def _wanted(task: Task) -> str:
    plan = task.outputs.get("campaign")
    found = plan.get("id") if isinstance(plan, dict) else plan
    found = found or task.outputs.get("campaign_id")
    if not found:
        raise DeliveryError(
            "The decision names no campaign, so none was paused: a decision about one person stops "
            "no campaign. A model that pauses one has an output “campaign_id”.",
            permanent=True,
        )
    return str(found)
