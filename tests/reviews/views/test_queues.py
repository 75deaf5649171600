"""The board and the queue pages: who may, what they say, and a constant number of queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from reviews.models import ReviewQueue
from reviews.services import claiming, queues
from tests.reviews.work import make_calendar, make_queue, opened
from tests.rules import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue(rae):
    return make_queue(members=[rae], calendar=make_calendar())


def at(name, queue=None):
    return reverse(f"reviews:{name}", kwargs={"key": queue.key} if queue else None)


def test_board_counts_open_late_and_who_is_on(client, rae, queue):
    now = timezone.now()
    opened(at=now - timedelta(days=20), reference="LATE-1")
    opened(at=now, reference="FRESH-1")
    claiming.claim_next(rae, now=now)
    client.force_login(rae)
    (line,) = client.get(at("board")).context["lines"]
    assert (line.open, line.late, line.claimed, line.on_now) == (2, 1, 1, [rae])
    assert len(line.cells) == 8


def test_board_shows_my_queues_first_and_all_on_demand(client, rae, queue):
    make_queue("legal_ads")
    client.force_login(rae)
    assert [line.queue.key for line in client.get(at("board")).context["lines"]] == ["brand_safety"]
    every = client.get(at("board"), {"whose": "all"}).context["lines"]
    assert [line.queue.key for line in every] == ["brand_safety", "legal_ads"]


def test_board_without_queues_says_what_to_do(client):
    client.force_login(person("Ada", "admin"))
    assert "You are in no queue" in client.get(at("board")).content.decode()


def test_lists_take_the_same_queries_however_many_wait(client, rae, queue):
    client.force_login(rae)
    urls = (at("board"), at("queue", queue), reverse("reviews:my_work"))
    counts = []
    for many in (3, 30):
        for n in range(many):
            opened(reference=f"{many}-{n}")
            claiming.claim_next(rae, now=timezone.now())
            opened(reference=f"{many}-{n}-free")
        counts.append([queries_of(client, url) for url in urls])
    assert counts[0] == counts[1]


def queries_of(client, url):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_filters_and_pages_of_a_queue(client, rae, queue):
    now = timezone.now()
    for n in range(60):
        opened(reference=f"SPO-{n:02}", at=now - timedelta(days=30) + timedelta(hours=9 * n))
    claiming.claim_next(rae, now=now)
    client.force_login(rae)

    def references(**query):
        return [
            i.submission.reference for i in client.get(at("queue", queue), query).context["items"]
        ]

    first = client.get(at("queue", queue)).context["page"]
    assert len(first.items) == 50
    rest = client.get(at("queue", queue), {"before": first.older}).context["page"]
    assert [len(rest.items), rest.older] == [10, ""]
    seen = [i.submission.reference for i in (*first.items, *rest.items)]
    assert seen == [f"SPO-{n:02}" for n in range(60)]
    back = client.get(at("queue", queue), {"after": rest.newer}).context["page"]
    assert [i.pk for i in back.items] == [i.pk for i in first.items]
    assert references(who="mine") == ["SPO-00"]
    assert references(who="taken") == ["SPO-00"]
    assert "SPO-00" not in references(who="free")
    late = references(due="late")
    assert late == [f"SPO-{n:02}" for n in range(50)][: len(late)]
    assert references(who="nonsense", before="%%%", after="AAAA") == references()


def test_filter_by_htmx_answers_the_part_alone(client, rae, queue):
    opened()
    client.force_login(rae)
    part = client.get(at("queue", queue), headers={"HX-Request": "true"}).content.decode()
    assert 'id="results"' in part
    assert "<html" not in part


def test_lead_changes_a_queue_with_a_reason(client, lee, rae, queue):
    client.force_login(lee)
    page = client.get(at("queue_settings", queue))
    sent = {
        **{k: v for k, v in page.context["form"].initial.items() if k not in {"calendar"}},
        "calendar": str(queue.calendar_id),
        "decision_minutes": 300,
        "members": [str(rae.pk), str(lee.pk)],
        "reason": "More people",
    }
    assert client.post(at("queue_settings", queue), sent).status_code == 302
    changed = ReviewQueue.objects.get()
    assert changed.decision_minutes == 300
    assert set(changed.members.all()) == {rae, lee}
    assert changed.history.latest().history_change_reason == "More people"
    again = client.post(at("queue_settings", queue), sent)
    assert again.status_code == 409
    assert "changed while you were editing" in again.content.decode()


def test_settings_that_do_not_fit_are_shown_at_their_field(client, lee, queue):
    client.force_login(lee)
    sent = {
        "name": "Safety",
        "first_response_minutes": 500,
        "decision_minutes": 300,
        "reason": "x",
        "based_on": queues.revision_of(queue),
    }
    answer = client.post(at("queue_settings", queue), sent)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["first_response_minutes"]
    assert client.post(at("queue_settings", queue), {}).status_code == 422


def code_rows(*rows):
    sent = {"codes-TOTAL_FORMS": len(rows), "codes-INITIAL_FORMS": 0, "reason": "New words"}
    for place, (code, sentence, outcomes) in enumerate(rows):
        sent |= {
            f"codes-{place}-code": code,
            f"codes-{place}-sentence": sentence,
            f"codes-{place}-outcomes": outcomes,
        }
    return sent


def test_lead_sets_reason_codes(client, lee, queue):
    client.force_login(lee)
    sent = code_rows(("FINE", "It is fine", ["approve"]), ("", "", []))
    assert client.post(at("queue_reason_codes", queue), sent).status_code == 302
    assert list(queue.reason_codes.filter(active=True).values_list("code", flat=True)) == ["FINE"]
    wrong = code_rows(("not fine", "It is not", ["reject"]))
    answer = client.post(at("queue_reason_codes", queue), wrong)
    assert answer.status_code == 422
    assert "Write codes in capitals" in answer.content.decode()
    assert client.post(at("queue_reason_codes", queue), {}).status_code == 422


def test_lead_pauses_and_resumes(client, lee, queue):
    client.force_login(lee)
    client.post(at("queue_pause", queue), {"reason": ""})
    assert not ReviewQueue.objects.get().paused
    client.post(at("queue_pause", queue), {"reason": "Vendor is down"})
    assert ReviewQueue.objects.get().paused_reason == "Vendor is down"
    client.post(at("queue_pause", queue), {})
    assert not ReviewQueue.objects.get().paused


ROLES = ("rule_author", "approver", "reviewer", "lead", "auditor", "admin", "integration")
READ = {*ROLES} - {"integration"}
EDIT = {"lead", "admin"}


@pytest.mark.parametrize("role", ROLES)
def test_roles_open_what_they_may(client, role, queue):
    client.force_login(person("Pat", role))
    opens = {
        (name, method): getattr(client, method)(at(name, place)).status_code != 403
        for name, place, method in (
            ("board", None, "get"),
            ("queue", queue, "get"),
            ("queue_settings", queue, "get"),
            ("queue_settings", queue, "post"),
            ("queue_reason_codes", queue, "post"),
            ("queue_pause", queue, "post"),
        )
    }
    assert opens == {
        ("board", "get"): role in READ,
        ("queue", "get"): role in READ,
        ("queue_settings", "get"): role in EDIT,
        ("queue_settings", "post"): role in EDIT,
        ("queue_reason_codes", "post"): role in EDIT,
        ("queue_pause", "post"): role in EDIT,
    }


def test_strangers_sign_in_first(client, queue):
    for url in (at("board"), at("queue", queue), at("queue_settings", queue)):
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


def test_queue_that_does_not_exist_is_not_found(client, lee):
    client.force_login(lee)
    assert client.get("/queues/none/").status_code == 404
