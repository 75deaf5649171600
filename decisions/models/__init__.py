"""The records of decisions: people, rules, work and proof."""

from decisions.models.audit import AuditEvent, AuditSeal, Receipt, SweepMark
from decisions.models.people import User
from decisions.models.references import ReferenceTable, ReferenceTableVersion
from decisions.models.rules import DecisionModel, ModelVersion, Ruleset
from decisions.models.work import Action, Decision, Evidence, Submission

__all__ = [
    "Action",
    "AuditEvent",
    "AuditSeal",
    "Decision",
    "DecisionModel",
    "Evidence",
    "ModelVersion",
    "Receipt",
    "ReferenceTable",
    "ReferenceTableVersion",
    "Ruleset",
    "Submission",
    "SweepMark",
    "User",
]
