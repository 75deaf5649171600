"""Episodes are published platform by platform, and nowhere the decision does not say."""

import json

import pytest

from connectors.models import Delivery
from connectors.services import configuration, dispatch
from connectors.services.payloads import content_of
from tests.connectors.records import NOW, settled_decision

pytestmark = pytest.mark.django_db


def platform(name):
    return configuration.create(
        key=name,
        name=name,
        kind="sandbox",
        settings={"platform": name},
        topics=["episode.publish", "episode.hold"],
        author=None,
        now=NOW,
    )


def sent(topic, publish):
    decision, event = settled_decision(topics=(topic,))
    decision.outputs = {
        "publish": [{"platform": name, "guids": [name]} for name in publish],
        "per_platform": {"spotify": {"decision": "allow"}, "waveform": {"decision": "deny"}},
    }
    decision.save()
    dispatch.dispatch([event.pk], now=NOW)
    return {row.connector.key: row for row in Delivery.objects.select_related("connector")}


def test_only_open_platforms_are_told_and_each_of_itself_alone():
    for name in ("spotify", "apple", "waveform"):
        platform(name)
    made = sent("episode.publish", ["spotify", "apple"])
    assert sorted(made) == ["apple", "spotify"]
    outputs = json.loads(content_of(made["spotify"]))["data"]["outputs"]
    assert outputs == {
        "publish": [{"platform": "spotify", "guids": ["spotify"]}],
        "per_platform": {"spotify": {"decision": "allow"}},
    }


def test_held_episode_is_published_nowhere_and_every_platform_hears_of_the_hold():
    platform("spotify")
    platform("waveform")
    made = sent("episode.hold", [])
    assert {row.action.topic for row in made.values()} == {"episode.hold"}
    assert sorted(made) == ["spotify", "waveform"]


def test_platform_that_the_decision_does_not_open_hears_nothing():
    platform("waveform")
    assert sent("episode.publish", []) == {}
