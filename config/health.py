"""Health of one container: `python -m config.health web|worker`; exit code 0 means well."""

import http.client
import os
import sys

PORT = 8000
SECONDS = 4.0


def web() -> bool:
    """Whether the web server answers; that a worker is missing is not the web server's fault."""
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=SECONDS)
    try:
        # The host must be one of those people use: any other is refused.
        host = os.environ.get("CLEARANCE_HOSTS", "localhost").split(",")[0].strip()
        line.request("GET", "/api/v1/health", headers={"Host": host.lstrip(".")})
        return line.getresponse().status in {200, 503}
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def worker() -> bool:
    """Whether the worker of this container answers."""
    # Asked every few seconds, the web server's health must not pay for this.
    from config.celery import app  # noqa: PLC0415

    name = f"celery@{os.uname().nodename}"
    return bool(app.control.ping(destination=[name], timeout=SECONDS))


if __name__ == "__main__":
    parts = {"web": web, "worker": worker}
    asked = parts.get(" ".join(sys.argv[1:]))
    if asked is None:
        sys.exit("Say which part to ask: web or worker.")
    sys.exit(0 if asked() else 1)
