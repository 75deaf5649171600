#!/usr/bin/env python3
"""The one command of Clearance: sets itself up where needed, then runs inside `.venv`."""

import os
import sys


def main(argv):
    """Run one command. Written so that an older Python can read it and say what is missing."""
    if sys.version_info < (3, 11):  # noqa: UP036
        found = ".".join(str(part) for part in sys.version_info[:2])
        sys.exit(
            "Clearance needs Python 3.11 or newer and this is Python " + found + ". "
            "Start it with a newer one, for example: python3.12 manage.py up"
        )
    if sys.platform == "win32":
        sys.exit("Clearance runs on Linux and macOS. On Windows, start it inside WSL.")
    # A log file or a pipe shows each line as it is written, as a terminal does.
    sys.stdout.reconfigure(line_buffering=True)
    from config import bootstrap

    bootstrap.enter(argv)

    # From here on the locked packages are there.
    if argv[1:2] == ["test"]:
        from config import suite

        sys.exit(suite.main(argv[2:]))
    if argv[1:2] == ["up"] and "--check" in argv:
        from config import check

        sys.exit(check.main(argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(argv)
    except ImproperlyConfigured as error:
        sys.exit("Clearance cannot start: " + str(error))


if __name__ == "__main__":
    main(sys.argv)
