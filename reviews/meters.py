"""How much of the promised time is used: what every list and the bench show of an item."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from reviews.calendars import BusinessHours, business_time

TIGHT = 0.75


@dataclass(frozen=True)
class Meter:
    """Time of a promise. `left` is business time until `due`, or clock time since when late."""

    state: str  # ok, tight, late
    left: timedelta
    width: str  # Share used, as SVG takes it.
    due: datetime
    promised: timedelta

    @property
    def late(self) -> bool:
        return self.state == "late"


def meter_of(
    *, opened_at: datetime, due_at: datetime, hours: BusinessHours, now: datetime
) -> Meter:
    """Measure a promise made at `opened_at`: late once `due_at` is past."""
    promised = business_time(opened_at, due_at, hours)
    if now > due_at:
        return Meter("late", now - due_at, "100%", due_at, promised)
    left = business_time(now, due_at, hours)
    used = 1 - left / promised if promised else 1.0
    return Meter("tight" if used >= TIGHT else "ok", left, f"{used:.0%}", due_at, promised)
