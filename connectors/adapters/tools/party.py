"""CRM, help desk and chat: signed webhooks both ways, in the shape of the tool."""

from connectors.adapters.kinds import TOOLS, Input, Kind, SetUpField
from connectors.adapters.tools.presets import HUBSPOT, SALESFORCE, SLACK, ZENDESK
from connectors.adapters.webhook.adapter import ADDRESS, WebhookParty

SCHEMES = (
    ("standard", "Standard Webhooks"),
    ("hubspot", "HubSpot v3"),
    ("zendesk", "Zendesk"),
    ("slack", "Slack v0"),
    ("bearer", "A secret in the header Authorization"),
)
SIGNED = SetUpField(
    "scheme",
    "How it signs what it sends",
    "The secret proves it.",
    Input.CHOICE,
    default="standard",
    choices=SCHEMES,
)
INBOUND = SetUpField(
    "inbound_secret",
    "Secret it signs with",
    "The tool shows it. Left empty, it signs with the secret that is shown after set-up.",
    Input.SECRET,
    required=False,
)
SHAPE = SetUpField(
    "body",
    "What it is sent",
    'FEEL over data, such as {text: data.title + ": " + data.outcome}. Left empty, the whole '
    "message.",
    Input.LINES,
    required=False,
)
STEPS = (
    "Give the address below to the tool as the place for its webhooks.",
    "Copy the secret the tool shows for them to here, or give it ours.",
    "Write the mapping; the last payload that came in shows what each line gives.",
)


class CrmParty(WebhookParty):
    kind = Kind(
        key="crm",
        label="CRM",
        group=TOOLS,
        icon="contact-round",
        does="Takes deals and leads as submissions, and notes in the CRM what was decided.",
        steps=STEPS,
        fields=(ADDRESS, SIGNED, INBOUND, SHAPE),
        sends=True,
        signs=True,
        listens=True,
        topics=(
            "sponsorship.decided",
            "crm.note",
            "lead.sales_task",
            "lead.inside_task",
            "lead.partner_task",
            "lead.nurture",
        ),
        presets=(HUBSPOT, SALESFORCE),
    )


class HelpDeskParty(WebhookParty):
    kind = Kind(
        key="help_desk",
        label="Help desk",
        group=TOOLS,
        icon="life-buoy",
        does="Takes cases as submissions, and sets priority, queue and compensation on them.",
        steps=STEPS,
        fields=(ADDRESS, SIGNED, INBOUND, SHAPE),
        sends=True,
        signs=True,
        listens=True,
        topics=(
            "support.prioritised",
            "support.compensate",
            "support.macro",
            "support.merge",
            "support.page_on_call",
        ),
        presets=(ZENDESK,),
    )


class ChatParty(WebhookParty):
    kind = Kind(
        key="chat",
        label="Chat",
        group=TOOLS,
        icon="message-square",
        does="Tells a channel what was decided, and takes requests from it.",
        steps=STEPS,
        fields=(ADDRESS, SIGNED, INBOUND, SHAPE),
        sends=True,
        signs=True,
        listens=True,
        presets=(SLACK,),
    )
