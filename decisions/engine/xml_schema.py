"""What the schema of DMN 1.5 fixes: the namespaces and the order of elements."""

from __future__ import annotations

MODEL = "https://www.omg.org/spec/DMN/20230324/MODEL/"
DMNDI = "https://www.omg.org/spec/DMN/20230324/DMNDI/"
FEEL = "https://www.omg.org/spec/DMN/20230324/FEEL/"
EXTENSION = "urn:clearance:dmn"

_DATED = (
    "http://www.omg.org/spec/DMN/20180521/",
    "https://www.omg.org/spec/DMN/20191111/",
    "https://www.omg.org/spec/DMN/20211108/",
)
LIFTED = {
    dated + ending: f"https://www.omg.org/spec/DMN/20230324/{ending}"
    for dated in _DATED
    for ending in ("MODEL/", "DMNDI/", "FEEL/")
}
"""The namespaces of DMN 1.2 to 1.4 and those of 1.5; DI and DC are the same in all of them."""

LANGUAGE_ATTRIBUTES = frozenset({"expressionLanguage", "typeLanguage", "importType"})
"""The attributes whose values are namespaces."""

EXPRESSIONS = [
    "literalExpression", "invocation", "decisionTable", "context", "functionDefinition", "relation",
    "list", "for", "every", "some", "conditional", "filter",
]  # fmt: skip
GRAPH = ["decision", "businessKnowledgeModel", "decisionService", "inputData", "knowledgeSource"]
_ARTIFACTS = ["group", "textAnnotation", "association"]
_CONTEXTS = ["performanceIndicator", "organizationUnit"]
_REQUIREMENTS = ["informationRequirement", "knowledgeRequirement", "authorityRequirement"]

# A list stands for elements of equal rank, which keep the order they have.
_SEQUENCES: dict[str, list[str | list[str]]] = {
    "definitions": [
        "import", "itemDefinition", GRAPH, _ARTIFACTS, "elementCollection", _CONTEXTS, "DMNDI",
    ],
    "itemDefinition": [
        "typeRef", "allowedValues", "typeConstraint", "itemComponent", "functionItem",
    ],
    "decision": [
        "question", "allowedAnswers", "variable", *_REQUIREMENTS, "supportedObjective",
        "impactedPerformanceIndicator", "decisionMaker", "decisionOwner", "usingProcess",
        "usingTask", EXPRESSIONS,
    ],
    "businessKnowledgeModel": ["variable", "encapsulatedLogic", *_REQUIREMENTS],
    "decisionService": [
        "variable", "outputDecision", "encapsulatedDecision", "inputDecision", "inputData",
    ],
    "inputData": ["variable"],
    "functionDefinition": ["formalParameter", EXPRESSIONS],
    "invocation": [EXPRESSIONS, "binding"],
    "binding": ["parameter", EXPRESSIONS],
    "context": ["contextEntry"],
    "contextEntry": ["variable", EXPRESSIONS],
    "relation": ["column", "row"],
    "decisionTable": ["input", "output", "annotation", "rule"],
    "input": ["inputExpression", "inputValues"],
    "output": ["outputValues", "defaultOutputEntry"],
    "rule": ["inputEntry", "outputEntry", "annotationEntry"],
    "conditional": ["if", "then", "else"],
    "filter": ["in", "match"],
    "for": ["in", "return"],
    "some": ["in", "satisfies"],
    "every": ["in", "satisfies"],
}  # fmt: skip
_SEQUENCES["itemComponent"] = _SEQUENCES["itemDefinition"]
_SEQUENCES["encapsulatedLogic"] = _SEQUENCES["functionDefinition"]


def _ranks(sequence: list[str | list[str]]) -> dict[str, int]:
    ranks = {"description": 0, "extensionElements": 1}
    for rank, names in enumerate(sequence, 2):
        ranks.update(dict.fromkeys([names] if isinstance(names, str) else names, rank))
    return ranks


RANKS = {name: _ranks(sequence) for name, sequence in _SEQUENCES.items()}
"""The place of each child within an element (DMN15.xsd); a child not listed comes last."""
FIRST_RANKS = _ranks([])
"""The ranks within an element that is not in RANKS: what every element may begin with."""


def lifted(namespace: str) -> str:
    """Give the namespace of DMN 1.5 for that of an older version; others stay as they are."""
    return LIFTED.get(namespace, namespace)
