"""Who works at Halden Group, the invented organisation of the demo."""

from typing import NamedTuple

from decisions.enums import Role

PASSWORD = "walk the night bus home"  # noqa: S105 - printed by `up`; production refuses the demo


class Person(NamedTuple):
    """Somebody who may sign in, and the queues of podcast sponsorship they work in.

    The queues of the other uses name their members in `uses/`.
    """

    name: str
    email: str
    roles: tuple[Role, ...]
    queues: tuple[str, ...] = ()


def _at(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@halden.example"


def _person(name: str, *roles: Role, queues: tuple[str, ...] = ()) -> Person:
    return Person(name, _at(name), roles, queues)


EVERY_QUEUE = ("brand_safety", "legal_ads", "measurement", "commercial")

ADMIN = _person("Sam Adeyemi", Role.ADMIN)
LEAD = _person("Dana Okafor", Role.LEAD, queues=EVERY_QUEUE)
AUTHOR = _person("Ines Carvalho", Role.RULE_AUTHOR)
APPROVER = _person("Tom Whitfield", Role.APPROVER)
INTEGRATION = Person("Booking CRM", "crm@halden.example", (Role.INTEGRATION,))
# The systems that send the submissions of the uses; they sign in nowhere.
SYSTEMS = (
    INTEGRATION,
    Person("Brand portal", "portal@halden.example", (Role.INTEGRATION,)),
    Person("Help desk", "helpdesk@halden.example", (Role.INTEGRATION,)),
    Person("Sales CRM", "sales@halden.example", (Role.INTEGRATION,)),
    Person("Property system", "property@halden.example", (Role.INTEGRATION,)),
    Person("Customer platform", "cdp@halden.example", (Role.INTEGRATION,)),
    Person("Consent platform", "consent@halden.example", (Role.INTEGRATION,)),
    Person("Podcast host", "podcasts@halden.example", (Role.INTEGRATION,)),
)

PEOPLE: tuple[Person, ...] = (
    ADMIN,
    LEAD,
    AUTHOR,
    APPROVER,
    _person("Leila Haddad", Role.AUDITOR),
    _person("Jonas Lindqvist", Role.REVIEWER, queues=("brand_safety",)),
    _person("Aiko Tanaka", Role.REVIEWER, queues=("brand_safety", "measurement")),
    _person("Mateo Ruiz", Role.REVIEWER, queues=("legal_ads",)),
    _person("Hana Vogel", Role.REVIEWER, queues=("legal_ads", "commercial")),
    _person("Carl Weiss", Role.REVIEWER, queues=("commercial", "measurement")),
    _person("Nadia Rahman", Role.REVIEWER),
    _person("Oskar Nyberg", Role.REVIEWER),
    _person("Priya Nair", Role.REVIEWER),
    _person("Ewan Doyle", Role.REVIEWER),
    _person("Lucia Ferrer", Role.REVIEWER),
    *SYSTEMS,
)
