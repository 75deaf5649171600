"""`manage.py up --check`: the straight path once, with real programs, in a folder of its own."""

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from config.check.home import strip_installation
from config.check.servers import FeedServer, HookReceiver
from config.processes.places import port_number


def main(argv: Sequence[str]) -> int:
    """Run the check and print what happened; 0 when everything held, 1 when something did not."""
    parser = argparse.ArgumentParser("manage.py up", description="Walk the straight path once.")
    parser.add_argument("--check", action="store_true", required=True)
    parser.add_argument(
        "--port", type=port_number, default=0, help="port to listen on; 0, the default, is any free"
    )
    port = parser.parse_args(argv).port
    with (
        tempfile.TemporaryDirectory(prefix="clearance-check-") as folder,
        FeedServer() as feeds,
        HookReceiver() as hooks,
    ):
        strip_installation(os.environ)
        os.environ["CLEARANCE_STATE_DIR"] = folder
        os.environ["CLEARANCE_OUTBOUND_ALLOW"] = f"{feeds.place},{hooks.place}"
        os.environ["CLEARANCE_LOG_LEVEL"] = "WARNING"
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

        # Settings are read from the environment that was made just now.
        import django  # noqa: PLC0415

        django.setup()
        from config.check.run import run  # noqa: PLC0415

        return run(Path(folder), port=port, feeds=feeds, hooks=hooks)
