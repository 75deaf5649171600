"""Who may do what: roles are groups, and each permission is a rule over them."""

import rules

from decisions.enums import Role

READERS = (Role.RULE_AUTHOR, Role.APPROVER, Role.REVIEWER, Role.LEAD, Role.AUDITOR, Role.ADMIN)

PERMISSIONS: dict[str, tuple[Role, ...]] = {
    "decisions.view_work": READERS,
    "decisions.view_rules": READERS,
    "decisions.edit_references": (Role.RULE_AUTHOR, Role.ADMIN),
    "decisions.author_rules": (Role.RULE_AUTHOR,),
    "decisions.approve_rules": (Role.APPROVER,),
    "decisions.view_audit": (Role.AUDITOR, Role.ADMIN),
    "decisions.manage_people": (Role.ADMIN,),
}


def grant(permissions: dict[str, tuple[Role, ...]]) -> None:
    """Register each permission for the people who hold one of its roles."""
    for name, roles in permissions.items():
        rules.add_perm(name, rules.is_active & rules.is_group_member(*roles))


grant(PERMISSIONS)
