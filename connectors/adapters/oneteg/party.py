"""An integration platform: what it has to be told, and the webhook its flow begins with."""

from connectors.adapters.kinds import DECISIONS, Input, Kind, SetUpField
from connectors.adapters.webhook.adapter import WebhookParty

URL = SetUpField(
    "url",
    "Webhook of the flow",
    "OneTeg shows it once the flow is saved with a webhook as its first step.",
    Input.ADDRESS,
)
FLAT = SetUpField(
    "flat",
    "Payload",
    "Mappers of such platforms like one level of names.",
    Input.CHOICE,
    required=False,
    default="yes",
    choices=(("yes", "One level of names, like data.outcome"), ("", "Nested, as in the reference")),
)


class OneTegParty(WebhookParty):
    """A webhook out; everything else it does through the API."""

    kind = Kind(
        key="oneteg",
        label="OneTeg",
        group=DECISIONS,
        icon="workflow",
        does="Lets flows of an integration platform send submissions and hear of decisions.",
        steps=(
            "Make an API key for an integration, under API keys; it also shows client id and "
            "client secret.",
            "In OneTeg, make a connection with the values below.",
            "Save the flow with a webhook as its first step, and copy its address to here. It "
            "keeps no older messages: send them again from the page Deliveries.",
        ),
        fields=(URL, FLAT),
        sends=True,
        signs=True,
        values=(
            ("Endpoint URL", "/api/v1"),
            ("Authentication", "OAuth2, client credentials"),
            ("Access token URL", "/oauth2/token"),
            ("Session validity URL", "/api/v1/me"),
            ("Send a submission", "POST /api/v1/submissions?flat=true"),
            ("Ask for what changed", "GET /api/v1/decisions?flat=true&updated_since=…&limit=200"),
            ("Subscribe a webhook", "POST /api/v1/webhooks"),
        ),
    )
