"""Shapes of well-known tools: what a payload looks like, and FEEL to begin a mapping with.

Shapes after the public developer pages of each tool; the values are ours.
"""

from connectors.adapters.kinds import Preset

HUBSPOT = Preset(
    name="HubSpot",
    scheme="hubspot",
    sample={
        "eventId": 3181526813,
        "subscriptionType": "deal.propertyChange",
        "portalId": 62515,
        "occurredAt": 1795429362000,
        "objectId": 5123477678,
        "propertyName": "dealstage",
        "propertyValue": "contractsent",
        "properties": {
            "dealname": "Kestrel Bikes at Small Hours FM",
            "amount": "9600",
            "hs_deal_currency_code": "EUR",
            "show_uri": "spotify:show:4rOoJ6Egrf8K2IrywzwOMk",
        },
    },
    entries={
        "request_id": '"HS-" + string(payload.objectId)',
        "lead_id": '"HS-" + string(payload.objectId)',
        "brand": "payload.properties.dealname",
        "company": "payload.properties.company",
        "show_uri": "payload.properties.show_uri",
        "currency": "payload.properties.hs_deal_currency_code",
        "budget_micro": "number(payload.properties.amount) * 1000000",
        "country": "payload.properties.country",
    },
    sends=(
        "{properties: {clearance_outcome: data.outcome, clearance_reason: data.reasons[1], "
        "clearance_link: data.link, clearance_reference: data.reference}}"
    ),
)
SALESFORCE = Preset(
    name="Salesforce",
    scheme="bearer",
    sample={
        "sobject": {
            "Id": "0065g00000XyZabAAF",
            "Name": "Kestrel Bikes, spring",
            "Amount": 9600,
            "CurrencyIsoCode": "EUR",
            "Account": {"Name": "Kestrel Bikes", "BillingCountryCode": "GB", "Industry": "C30"},
        },
        "event": {"type": "updated", "replayId": 41},
    },
    entries={
        "request_id": '"SF-" + payload.sobject.Id',
        "lead_id": '"SF-" + payload.sobject.Id',
        "brand": "payload.sobject.Account.Name",
        "company": "payload.sobject.Account.Name",
        "industry": "payload.sobject.Account.Industry",
        "currency": "payload.sobject.CurrencyIsoCode",
        "budget_micro": "payload.sobject.Amount * 1000000",
        "budget_eur": "payload.sobject.Amount",
        "country": "payload.sobject.Account.BillingCountryCode",
    },
    sends=(
        "{Clearance_Outcome__c: data.outcome, Clearance_Reason__c: data.reasons[1], "
        "Clearance_Link__c: data.link, Clearance_Reference__c: data.reference}"
    ),
)
ZENDESK = Preset(
    name="Zendesk",
    scheme="zendesk",
    sample={
        "account_id": 22129848,
        "id": "01HQ7Y9C8Z",
        "type": "zen:event-type:ticket.created",
        "detail": {
            "id": "4117",
            "subject": "Ad played in a children's show",
            "description": "Our spot ran twice in a show for children.",
            "priority": "HIGH",
            "requester_id": "8447388090494",
            "tags": ["campaign_spring", "placement"],
        },
        "event": {},
        "time": "2026-11-25T09:30:00Z",
    },
    entries={
        "case_id": '"ZD-" + payload.detail.id',
        "request_id": '"ZD-" + payload.detail.id',
        "opened_at": "payload.time",
    },
    sends=(
        '{ticket: {priority: if data.outputs.priority = "P1" then "urgent" else if '
        'data.outputs.priority = "P2" then "high" else if data.outputs.priority = "P3" then '
        '"normal" else "low", comment: {body: data.title + " " + data.link, public: false}, '
        'tags: ["clearance_" + data.outcome]}}'
    ),
)
SLACK = Preset(
    name="Slack",
    scheme="slack",
    sample={
        "type": "event_callback",
        "event_id": "Ev08MFMKH6",
        "event_time": 1795429362,
        "event": {"type": "message", "user": "U061F7AUR", "text": "SPO-2026-004217 please check"},
    },
    entries={"request_id": "payload.event_id"},
    sends='{text: data.title + ": " + data.outcome + " " + data.link}',
)
