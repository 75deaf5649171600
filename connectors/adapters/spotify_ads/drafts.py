"""A sponsorship becomes drafts: one campaign, one ad set for each market, then Spotify's own check.

Nothing is published here: a person looks at the drafts in Ads Manager and publishes them there.
"""

from collections.abc import Mapping
from typing import Any

from connectors.adapters.base import UNDO
from connectors.adapters.spotify_ads import api
from connectors.adapters.spotify_ads.steps import Task, answer, code_of
from connectors.errors import Answer, DeliveryError

OLDEST = 99
YOUNGEST = 13
# What a model may say of an ad set; the rest is worked out from the decision.
GIVEN = (
    "start_time",
    "end_time",
    "budget",
    "category",
    "asset_format",
    "bid_strategy",
    "bid_micro_amount",
    "frequency_caps",
    "pacing",
    "delivery_goal",
)


def draft(task: Task, done: dict[str, Any]) -> Answer:
    """Take the next step of drafting what a decision approved."""
    if done.get(UNDO):
        return _take_back(task, done)
    if "campaign" not in done:
        return _campaign(task, done)
    for market in _markets(task):
        if market not in done.get("ad_sets", {}):
            return _ad_set(task, done, market)
    return _check(task, done)


def _campaign(task: Task, done: dict[str, Any]) -> Answer:
    plan = _plan(task)
    live = str(plan.get("campaign_id") or "")
    if live:
        made = api.draft_of_campaign(task.line, task.account, live)
        done |= {"campaign": _id(made), "own": False}
        return answer(done, "Drafted a change of the campaign", more=True)
    name = _name(task)
    found = _same(api.campaign_drafts(task.line, task.account), name) if task.repeated else None
    body = {"name": name} | {
        key: plan[key] for key in ("objective", "delivery_goal_group") if plan.get(key)
    }
    made = found or api.create_campaign_draft(task.line, task.account, body)
    done |= {"campaign": _id(made), "own": True}
    step = "Found the drafted campaign" if found else "Drafted a campaign"
    return answer(done, step, more=True)


def _ad_set(task: Task, done: dict[str, Any], market: str) -> Answer:
    name = f"{_name(task)} {market}".strip()
    found = None
    if task.repeated:
        there = api.ad_set_drafts(task.line, task.account, campaign_id=done["campaign"])
        found = _same(there, name)
    made = found or api.create_ad_set_draft(
        task.line, task.account, body_of(task, name=name, campaign=done["campaign"], market=market)
    )
    done["ad_sets"] = {**done.get("ad_sets", {}), market: _id(made)}
    where = f" for {market}" if market else ""
    return answer(done, f"{'Found' if found else 'Drafted'} the ad set{where}", more=True)


def body_of(task: Task, *, name: str, campaign: str, market: str) -> dict[str, Any]:
    """The draft of an ad set with what the decision excludes and the age it asks for."""
    plan = _plan(task)
    targets = dict(plan.get("targets") or {})
    targets.setdefault("placements", ["PODCAST"])
    if market:
        targets["geo_targets"] = {"country_code": market}
    age = task.outputs.get("minimum_age")
    if isinstance(age, int | float):
        targets["age_ranges"] = [{"min": max(int(age), YOUNGEST), "max": OLDEST}]
    exclusions = task.outputs.get("sensitive_topic_exclusions")
    if isinstance(exclusions, Mapping) and exclusions.get("topics"):
        targets["sensitive_topic_exclusions"] = {"topics": list(exclusions["topics"])}
    given = {key: plan[key] for key in GIVEN if plan.get(key) is not None}
    return {"campaign_id": campaign, "name": name, **given, "targets": targets}


def _check(task: Task, done: dict[str, Any]) -> Answer:
    found = api.campaign_draft(task.line, task.account, done["campaign"])
    version = int(found.get("draft_hierarchy_version") or 1)
    problems = api.validate_draft(task.line, task.account, done["campaign"], version=version)
    done["missing"] = [text[:200] for text in problems[:20]]
    count = len(problems)
    words = (
        f"Spotify finds {count} things to add before it can run"
        if count
        else "Spotify has no objection"
    )
    return answer(done, f"Checked the drafts: {words}")


def _take_back(task: Task, done: dict[str, Any]) -> Answer:
    """Delete the drafts; the campaign's only where it was drafted here."""
    for key in done.get("ad_sets", {}).values():
        _gone(lambda key=key: api.delete_ad_set_draft(task.line, task.account, key))
    if done.get("own"):
        _gone(lambda: api.delete_campaign_draft(task.line, task.account, done["campaign"]))
    return answer(done, "Rolled back: the drafts are deleted")


def _gone(delete: Any) -> None:
    try:
        delete()
    except DeliveryError as error:
        if code_of(error) != 404:
            raise


def _plan(task: Task) -> Mapping[str, Any]:
    plan = task.outputs.get("ad_set")
    return plan if isinstance(plan, Mapping) else {}


def _markets(task: Task) -> list[str]:
    """One ad set reaches one country; without a market the plan's own targets say where."""
    markets = task.outputs.get("approved_markets") or [""]
    return list(dict.fromkeys(str(one).split("-")[0] for one in markets))


def _name(task: Task) -> str:
    """A name for people, with the end of the delivery's id so that a draft is found again."""
    return f"{task.title[:160]} · {task.id[-8:]}"


def _same(rows: Any, name: str) -> dict[str, Any] | None:
    return next((row for row in rows if row.get("name") == name), None)


def _id(made: Mapping[str, Any]) -> str:
    if not made.get("id"):
        raise DeliveryError("Spotify made a draft but gave no id.", permanent=False)
    return str(made["id"])
