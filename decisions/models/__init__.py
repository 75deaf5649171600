"""The records of decisions: people, rules, work and proof."""

from decisions.models.audit import AuditEvent, AuditSeal, Receipt, SweepMark
from decisions.models.drafts import DraftChange, RowComment, RuleTest
from decisions.models.people import User
from decisions.models.references import ReferenceTable, ReferenceTableVersion
from decisions.models.releases import (
    ActivityMark,
    Approval,
    Challenger,
    ChallengerAnswer,
    Guardrail,
    GuardrailBreach,
    GuardrailCheck,
    ImpactFile,
    ImpactFlip,
    ImpactReport,
    Proposal,
    RowActivity,
    RowDrift,
)
from decisions.models.rules import DecisionModel, ModelVersion, Ruleset
from decisions.models.work import Action, Decision, Evidence, Execution, Submission

__all__ = [
    "Action",
    "ActivityMark",
    "Approval",
    "AuditEvent",
    "AuditSeal",
    "Challenger",
    "ChallengerAnswer",
    "Decision",
    "DecisionModel",
    "DraftChange",
    "Evidence",
    "Execution",
    "Guardrail",
    "GuardrailBreach",
    "GuardrailCheck",
    "ImpactFile",
    "ImpactFlip",
    "ImpactReport",
    "ModelVersion",
    "Proposal",
    "Receipt",
    "ReferenceTable",
    "ReferenceTableVersion",
    "RowActivity",
    "RowComment",
    "RowDrift",
    "RuleTest",
    "Ruleset",
    "Submission",
    "SweepMark",
    "User",
]
