"""The records of the outside world: connectors, API keys, what came in and what went out."""

from connectors.models.api_keys import ApiKey, InboundMessage
from connectors.models.calls import Call
from connectors.models.comparisons import Comparison, Difference
from connectors.models.connectors import Connector
from connectors.models.deliveries import Delivery, DeliveryAttempt
from connectors.models.feeds import EvidenceRequest, FeedCopy, FeedWatch, WatchedFeed
from connectors.models.imports import FileImport, ImportedRow
from connectors.models.inbound import Mapping, Payload
from connectors.models.polls import FetchedRecord, Poll
from connectors.models.pulses import Pulse
from connectors.models.sign_ins import SignIn

__all__ = [
    "ApiKey",
    "Call",
    "Comparison",
    "Connector",
    "Delivery",
    "DeliveryAttempt",
    "Difference",
    "EvidenceRequest",
    "FeedCopy",
    "FeedWatch",
    "FetchedRecord",
    "FileImport",
    "ImportedRow",
    "InboundMessage",
    "Mapping",
    "Payload",
    "Poll",
    "Pulse",
    "SignIn",
    "WatchedFeed",
]
