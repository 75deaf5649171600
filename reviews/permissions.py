"""Who may see queues, work on items and change how a queue runs."""

from decisions.enums import Role
from decisions.permissions import READERS, grant

PERMISSIONS: dict[str, tuple[Role, ...]] = {
    "reviews.view_queues": READERS,
    "reviews.work_items": (Role.REVIEWER, Role.LEAD),
    "reviews.assign": (Role.LEAD,),
    "reviews.edit_queues": (Role.LEAD, Role.ADMIN),
}

grant(PERMISSIONS)
