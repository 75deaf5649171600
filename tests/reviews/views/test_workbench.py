"""The work bench through its own addresses: take, judge, next; refusals keep what was written."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from decisions.ids import new_id
from decisions.models import Decision, Evidence
from reviews.models import ReviewItem, Verdict
from reviews.services import claiming
from tests.reviews.work import make_queue, opened
from tests.rules import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(queue, rae):
    now = timezone.now()
    return claiming.claim(opened(at=now).pk, user=rae, now=now)


def at(name, item=None):
    return reverse(f"reviews:{name}", kwargs={"item_id": item.pk} if item else None)


def verdict(**changes):
    given = {
        "lease_number": 1,
        "outcome": "approve",
        "reasons": ["IN_CONTEXT"],
        "note": "Read it twice",
        "next": "1",
    }
    return {**given, **changes}


def test_next_item_opens_its_bench(client, rae, queue):
    item = opened(at=timezone.now())
    client.force_login(rae)
    answer = client.post(at("take_next"))
    assert (answer.status_code, answer["Location"]) == (302, at("item", item))
    item.refresh_from_db()
    assert item.claimed_by == rae


def test_nothing_to_take_says_so(client, rae, queue):
    client.force_login(rae)
    answer = client.post(at("take_next"), follow=True)
    assert "Nothing waits for you" in answer.content.decode()


def test_what_waits_in_a_paused_queue_is_not_promised(client, rae, queue):
    opened(at=timezone.now())
    queue.paused_at = timezone.now()
    queue.save()
    client.force_login(rae)
    page = client.post(at("take_next"), follow=True).content.decode()
    assert f"Nothing waits for you. Paused by a lead: {queue.name}." in page
    assert "0 wait in 0 queues; paused: " in page
    assert "Your queues are paused" in page


def test_bench_tells_why_and_what_is_known(client, rae, queue):
    now = timezone.now()
    outputs = {
        "outcome": "review",
        "queue": "brand_safety",
        "reasons": [
            {"code": "FLOOR_DOUBT", "rule": "1.14", "text": "The scene in episode 118 is in doubt."}
        ],
        "conditions": [{"code": "LEAVE_OUT", "text": "Leave out episode 118"}],
    }
    opened(reference="SPO-7", at=now - timedelta(days=3))
    item = opened(reference="SPO-7", outputs=outputs, at=now, language="de")
    Evidence.objects.create(
        id=new_id(now),
        submission=item.submission,
        source="rss",
        facts={"language": "en"},
        facts_hash="5" * 64,
        read_at=now,
    )
    claiming.claim(item.pk, user=rae, now=now)
    client.force_login(rae)
    page = client.get(at("item", item))
    bench = page.context["bench"]
    assert bench.lead == "The scene in episode 118 is in doubt."
    assert bench.conditions == [{"code": "LEAVE_OUT", "text": "Leave out episode 118"}]
    assert [(fact.label, fact.value) for fact in bench.facts] == [
        ("show, name", "Cold Harbour"),
        ("language", "de"),
    ]
    ((fact,),) = [witness.facts for witness in bench.witnesses]
    assert (fact.value, fact.submitted) == ("en", "de")
    assert [d.submission.reference for d in bench.earlier] == ["SPO-7"]
    assert [event.kind for event in bench.story][-2:] == ["review.opened", "review.claimed"]
    assert "Leave out episode 118" in page.content.decode()


def test_verdict_is_recorded_and_the_next_item_opens(client, rae, held):
    following = opened(reference="SPO-2", at=timezone.now())
    client.force_login(rae)
    answer = client.post(at("verdict", held), verdict())
    assert (answer.status_code, answer["Location"]) == (302, at("item", following))
    given = Verdict.objects.get()
    assert (given.outcome, given.reasons, given.note) == (
        "approve",
        ["IN_CONTEXT"],
        "Read it twice",
    )
    following.refresh_from_db()
    assert following.claimed_by == rae


def test_last_verdict_leads_to_my_work(client, rae, held):
    client.force_login(rae)
    answer = client.post(at("verdict", held), verdict(), follow=True)
    assert answer.redirect_chain[-1][0] == at("my_work")
    assert "Nothing else waits for you" in answer.content.decode()
    assert [v.item_id for v in answer.context["verdicts"]] == [held.pk]


def test_htmx_is_sent_on_with_a_header(client, rae, held):
    client.force_login(rae)
    answer = client.post(at("verdict", held), verdict(), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == at("my_work")


def test_conditions_come_from_the_rules_and_the_reviewer(client, rae, queue):
    now = timezone.now()
    rows = [{"code": "A", "text": "First"}, {"code": "B", "text": "Second"}]
    outputs = {"outcome": "review", "queue": "brand_safety", "conditions": rows}
    item = claiming.claim(opened(outputs=outputs, at=now).pk, user=rae, now=now)
    client.force_login(rae)
    client.post(
        at("verdict", item),
        verdict(outcome="conditions", conditions=["1"], more_conditions="Third\n\n  Fourth "),
    )
    assert Verdict.objects.get().conditions == [
        {"code": "B", "text": "Second"},
        {"code": "", "text": "Third"},
        {"code": "", "text": "Fourth"},
    ]
    assert Decision.objects.get().outcome == "approve"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "review"}, "outcome"),
        ({"reasons": []}, "reasons"),
        ({"reasons": ["NO_SUCH"]}, "reasons"),
        ({"reasons": ["UNSUITABLE"]}, "reasons"),
        ({"outcome": "conditions"}, "conditions"),
        ({"outcome": "conditions", "conditions": ["7"]}, "conditions"),
        ({"outcome": "route", "reasons": ["OTHER_TEAM"]}, "destination"),
        ({"note": "x" * 4001}, "note"),
        ({"note": "a\x00b"}, "note"),
        ({"lease_number": "one"}, "lease_number"),
        ({"lease_number": 10**12}, "lease_number"),
    ],
)
def test_verdict_that_does_not_fit_keeps_the_form_and_names_the_field(
    client, rae, held, changes, field
):
    client.force_login(rae)
    sent = {"note": "Read it twice", **changes}
    answer = client.post(at("verdict", held), verdict(**sent))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Verdict.objects.count() == 0
    if "note" not in changes:
        assert "Read it twice" in answer.content.decode()


def test_stale_lease_is_a_conflict_and_what_was_written_stays(client, rae, held):
    claiming.free_expired(now=timezone.now() + timedelta(minutes=16))
    client.force_login(rae)
    answer = client.post(at("verdict", held), verdict())
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "claim it again and record" in page
    assert "Read it twice" in page
    again = client.post(at("claim", held), verdict())
    assert again.status_code == 200
    assert "Read it twice" in again.content.decode()
    assert client.post(at("verdict", held), verdict(lease_number=2)).status_code == 302


def test_verdict_after_another_one_is_a_conflict(client, rae, sam, held):
    client.force_login(rae)
    client.post(at("verdict", held), verdict())
    client.force_login(sam)
    answer = client.post(at("verdict", held), verdict(outcome="reject", reasons=["UNSUITABLE"]))
    assert answer.status_code == 409
    assert "Rae recorded a verdict for this item first" in answer.content.decode()
    assert Verdict.objects.count() == 1


def test_item_of_somebody_else_cannot_be_claimed(client, sam, held):
    client.force_login(sam)
    answer = client.post(at("claim", held))
    assert answer.status_code == 409
    assert "Rae holds this item" in answer.content.decode()


def test_lease_renews_while_the_page_is_used_and_says_when_it_is_lost(client, rae, sam, held):
    client.force_login(rae)
    assert client.post(at("renew", held), {"lease_number": 1}).status_code == 204
    assert client.post(at("renew", held), {"lease_number": 9}).status_code == 409
    assert client.post(at("renew", held), {}).status_code == 409


def test_handing_back_frees_the_item(client, rae, sam, held):
    client.force_login(sam)
    assert client.post(at("release", held), {"lease_number": 1}).status_code == 409
    client.force_login(rae)
    assert client.post(at("release", held), {"lease_number": 1}).status_code == 302
    held.refresh_from_db()
    assert held.claimed_by is None


def test_moving_to_another_queue(client, rae, held):
    legal = make_queue("legal_ads")
    client.force_login(rae)
    missing = client.post(at("move", held), {"lease_number": 1})
    assert missing.status_code == 422
    stale = client.post(at("move", held), {"queue": str(legal.pk), "lease_number": 5})
    assert stale.status_code == 409
    moved = client.post(at("move", held), {"queue": str(legal.pk), "lease_number": 1})
    assert moved.status_code == 302
    held.refresh_from_db()
    assert (held.queue, held.state) == (legal, "open")


def test_closed_item_shows_its_verdict(client, rae, held):
    client.force_login(rae)
    client.post(at("verdict", held), verdict(note_to_submitter="Go ahead"))
    page = client.get(at("item", held)).content.decode()
    assert "News or documentary context" in page
    assert "Go ahead" in page
    assert "Record and open next" not in page


def test_closed_item_still_says_why_the_rules_asked(client, rae, queue):
    now = timezone.now()
    reason = {"code": "FLOOR_DOUBT", "text": "The scene is in doubt."}
    outputs = {"outcome": "review", "queue": "brand_safety", "reasons": [reason]}
    item = claiming.claim(opened(outputs=outputs, at=now).pk, user=rae, now=now)
    client.force_login(rae)
    client.post(at("verdict", item), verdict())
    bench = client.get(at("item", item)).context["bench"]
    assert (bench.lead, bench.codes_of_rules) == ("The scene is in doubt.", ["FLOOR_DOUBT"])


def test_reviewer_of_another_team_reads_without_a_verdict(client, held):
    client.force_login(person("Pat", "reviewer"))
    page = client.get(at("item", held)).content.decode()
    assert "Members of Brand safety judge this" in page
    assert "data-verdict" not in page


def test_facts_are_shown_as_text_never_as_markup(client, rae, queue):
    item = opened(at=timezone.now(), title="<script>alert(1)</script>")
    client.force_login(rae)
    page = client.get(at("item", item)).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_link_in_facts_is_a_link_only_with_https(client, rae, queue):
    item = opened(at=timezone.now(), feed="https://example.com/f", bad="javascript:alert(1)")
    client.force_login(rae)
    page = client.get(at("item", item)).content.decode()
    assert 'href="https://example.com/f"' in page
    assert 'href="javascript' not in page


WORK = {"reviewer", "lead"}
ROLES = ("rule_author", "approver", "reviewer", "lead", "auditor", "admin", "integration")


@pytest.mark.parametrize("role", ROLES)
def test_roles_open_what_they_may(client, role):
    make_queue()
    item = opened(at=timezone.now())
    client.force_login(person("Pat", role))
    refused = {
        name: client.post(at(name, None if name == "take_next" else item)).status_code == 403
        for name in ("take_next", "claim", "renew", "release", "move", "verdict")
    }
    assert refused == dict.fromkeys(refused, role not in WORK)
    assert (client.get(at("my_work")).status_code == 403) == (role not in WORK)
    assert (client.get(at("item", item)).status_code == 403) == (role == "integration")


def test_item_that_does_not_exist_is_not_found(client, rae):
    client.force_login(rae)
    for name in ("item", "claim", "renew", "release", "move", "verdict"):
        url = reverse(f"reviews:{name}", kwargs={"item_id": uuid4()})
        answer = client.get(url) if name == "item" else client.post(url)
        assert answer.status_code == 404


def test_acts_need_a_post(client, rae, held):
    client.force_login(rae)
    for name in ("claim", "renew", "release", "move", "verdict"):
        assert client.get(at(name, held)).status_code == 405
    assert ReviewItem.objects.get().claimed_by == rae
