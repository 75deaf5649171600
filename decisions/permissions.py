"""Who may do what: roles are groups, and each permission is a rule over them."""

from functools import reduce
from operator import or_

from rules.permissions import add_perm
from rules.predicates import is_active, is_group_member

from decisions.enums import Role

READERS = (Role.RULE_AUTHOR, Role.APPROVER, Role.REVIEWER, Role.LEAD, Role.AUDITOR, Role.ADMIN)

PERMISSIONS: dict[str, tuple[Role, ...]] = {
    "decisions.view_work": READERS,
    "decisions.view_rules": READERS,
    "decisions.edit_references": (Role.RULE_AUTHOR, Role.ADMIN),
    "decisions.record_permissions": (Role.ADMIN,),
    "decisions.author_rules": (Role.RULE_AUTHOR,),
    "decisions.preview_impact": (Role.RULE_AUTHOR, Role.APPROVER, Role.ADMIN),
    "decisions.comment_on_rules": (Role.RULE_AUTHOR, Role.APPROVER),
    "decisions.set_guardrails": (Role.RULE_AUTHOR, Role.APPROVER, Role.ADMIN),
    # Whoever writes rules may add a guardrail, and not take one out of the way of their own rules.
    "decisions.change_guardrails": (Role.APPROVER, Role.ADMIN),
    "decisions.approve_rules": (Role.APPROVER,),
    "decisions.challenge_rules": (Role.RULE_AUTHOR, Role.APPROVER),
    "decisions.stop_rules": (Role.APPROVER, Role.LEAD, Role.ADMIN),
    "decisions.set_approvals": (Role.ADMIN,),
    "decisions.run_as_of": (Role.RULE_AUTHOR, Role.APPROVER, Role.AUDITOR),
    "decisions.view_audit": (Role.AUDITOR, Role.ADMIN),
    "decisions.manage_people": (Role.ADMIN,),
}


_holders: dict[str, tuple[Role, ...]] = {}


def grant(permissions: dict[str, tuple[Role, ...]]) -> None:
    """Register each permission for the people who hold one of its roles."""
    _holders.update(permissions)
    for name, roles in permissions.items():
        # One role is enough; `is_group_member` with several groups would ask for all of them.
        holds_one = reduce(or_, (is_group_member(role) for role in roles))
        add_perm(name, is_active & holds_one)  # type: ignore[no-untyped-call]


def holders_of(permission: str) -> tuple[Role, ...]:
    """Return the roles that hold a permission, of whichever app granted it."""
    return _holders[permission]


grant(PERMISSIONS)
