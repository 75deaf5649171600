"""Podcast sponsorship in the demo; its stories, brands and verdicts have files of their own."""

from config.demo.people import PEOPLE
from config.demo.queues import QUEUES
from config.demo.shape import Receiver, Use
from config.demo.submissions import COUNT, demo_submissions
from config.demo.verdicts import BY_QUEUE, BY_REASON

USE = Use(
    key="podcast_sponsorship",
    sender="Booking CRM",
    count=COUNT,
    queues=QUEUES,
    members={q.key: tuple(p.name for p in PEOPLE if q.key in p.queues) for q in QUEUES},
    receivers=(
        Receiver("crm", "Booking CRM (sandbox)", ["sponsorship.decided", "crm.note"]),
        Receiver(
            "ad-drafts",
            "Ad set drafts (sandbox)",
            ["ads.draft_ad_set", "sponsorship.offer_programmatic"],
        ),
    ),
    arrivals=lambda now, count: demo_submissions(now, count=count),
    by_reason=BY_REASON,
    by_queue=BY_QUEUE,
)
