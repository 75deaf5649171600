"""OpenText's Decision Service: asked for its answers, so that a migration can be checked.

Source: github.com/opentext/demo-contract-approval-app, postman/ (addresses, token, shapes).
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.adapters.base import Party
from connectors.adapters.kinds import DECISIONS, Fetched, Input, Kind, OAuth, SetUpField
from connectors.adapters.line import Line, answer_of, read_json
from connectors.errors import DeliveryError

ROOT = "https://{region}.api.opentext.com"
EXECUTE = "/decision/v1/execute"
MODELS = "/decision/v1/runtime/decision-models"
REGION = re.compile(r"[a-z0-9-]{1,40}\Z")
TENANT = re.compile(r"[A-Za-z0-9_.-]{1,100}\Z")
MOST_ROWS = 1000
Rows = list[dict[str, Any]]


class OpenTextParty(Party):
    """One tenant of the Decision Service."""

    kind = Kind(
        key="opentext",
        label="OpenText Decision Service",
        group=DECISIONS,
        icon="git-compare",
        does="Asks your decision models there beside the rules here, and reports each difference.",
        steps=(
            "In OpenText’s admin centre, make a confidential service client for the tenant.",
            "Copy region, tenant and the client’s id and secret to here.",
            "After the test, compare a model on the page of the connector.",
        ),
        fields=(
            SetUpField("region", "Region", "As in the address, like na-1 or eu-1.", default="na-1"),
            SetUpField("tenant", "Tenant ID", "It stands in the address of the token."),
            SetUpField("client_id", "Client ID"),
            SetUpField("client_secret", "Client secret", kind=Input.SECRET),
        ),
        oauth=OAuth(token=f"{ROOT}/tenants/{{tenant}}/oauth2/token", json=True),
        base=ROOT,
        fetched=(
            Fetched(
                "Answers of decision models",
                "shows where they differ from the rules here",
                timedelta(days=90),
            ),
        ),
    )

    def try_out(self, line: Line, settings: Mapping[str, Any], *, now: datetime) -> str:
        line.get(MODELS)
        return "The Decision Service takes our sign-in and lists its models."

    def check_settings(self, settings: Mapping[str, Any]) -> dict[str, str]:
        problems = super().check_settings(settings)
        if not REGION.match(str(settings.get("region", ""))):
            problems.setdefault("region", "Write the region as in the address, like na-1.")
        if not TENANT.match(str(settings.get("tenant", ""))):
            problems.setdefault("tenant", "Write the tenant ID alone, without an address.")
        return problems


def execute(line: Line, key: str, variables: list[dict[str, Any]]) -> Rows:
    """Ask one model; each row of the answer as {name: value}. Raises DeliveryError."""
    body = {"decisionKey": key, "inputVariables": variables}
    response = line.send("POST", EXECUTE, body)
    answer = read_json(response)
    try:
        rows = answer["resultVariables"]
        if not isinstance(rows, list) or len(rows) > MOST_ROWS:
            raise TypeError
        return [{str(one["name"]): one.get("value") for one in row} for row in rows]
    except (KeyError, TypeError, AttributeError):
        shown = json.dumps(answer)[:80]
        raise DeliveryError(
            f"The answer is not one of a decision model: {shown}. Check the address.",
            permanent=True,
            answer=answer_of(response),
        ) from None
