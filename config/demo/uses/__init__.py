"""The uses of the demo, one module each: a new one is a module with a `USE` and a line here."""

from config.demo.shape import Use
from config.demo.uses import (
    audience_segmentation,
    branded_playlist,
    commercial_music,
    consent_compliance,
    content_distribution,
    lead_escalation,
    podcast_sponsorship,
    subject_assignment,
    support_prioritisation,
)

USES: dict[str, Use] = {
    use.key: use
    for use in (
        podcast_sponsorship.USE,
        branded_playlist.USE,
        support_prioritisation.USE,
        lead_escalation.USE,
        commercial_music.USE,
        audience_segmentation.USE,
        subject_assignment.USE,
        consent_compliance.USE,
        content_distribution.USE,
    )
}
