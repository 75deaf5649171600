"""Who may see and change what goes out, and who may make API keys."""

from decisions.enums import Role
from decisions.permissions import READERS, grant

PERMISSIONS: dict[str, tuple[Role, ...]] = {
    "connectors.view_connectors": READERS,
    "connectors.view_deliveries": (Role.LEAD, Role.AUDITOR, Role.ADMIN),
    "connectors.resend_deliveries": (Role.ADMIN,),
    "connectors.change_connectors": (Role.ADMIN,),
    "connectors.change_mappings": (Role.ADMIN,),
    "connectors.view_imports": (Role.LEAD, Role.AUDITOR, Role.ADMIN),
    "connectors.import_files": (Role.LEAD, Role.ADMIN),
    "connectors.compare": (Role.APPROVER, Role.ADMIN),
    "connectors.make_api_keys": (Role.ADMIN,),
}

grant(PERMISSIONS)
