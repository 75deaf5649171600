"""How often a key may call: counted in each web process, because the hot path writes nothing."""

import threading
import time
from typing import cast
from uuid import UUID

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from connectors.models import ApiKey

A_MINUTE = 6000

_lock = threading.Lock()
_counts: dict[UUID, int] = {}
_minute = 0


class KeyThrottle(BaseThrottle):
    """A key may make 6,000 calls in each minute of the clock and in each process."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        global _minute
        key = cast("ApiKey", request.auth)
        minute = int(time.time() // 60)
        with _lock:
            if minute != _minute:
                _minute = minute
                _counts.clear()
            count = _counts[key.pk] = _counts.get(key.pk, 0) + 1
        return count <= A_MINUTE

    def wait(self) -> float:
        return 60 - time.time() % 60
