"""`manage.py up`: brings the database up to date and keeps the whole installation running."""

import os
import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.management import BaseCommand, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.demo.people import PASSWORD, PEOPLE
from config.processes.launch import environment_for, reachable, start_broker, start_programs
from config.processes.places import Unusable, lock_state, note_holder, open_listener, port_number
from config.processes.supervisor import Supervisor, say_to_terminal
from decisions.models import User


class Command(BaseCommand):
    help = "Set up, start and keep running: web, worker, timetable and the embedded broker."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument(
            "--port", type=port_number, default=8000, help="port to listen on; 0 takes a free one"
        )
        parser.add_argument("--no-demo", action="store_true", help="start empty")
        parser.add_argument(
            "--check",
            action="store_true",
            help="walk the straight path once in a folder of its own, print a table, exit 0 or 1",
        )

    def handle(self, *, host, port, no_demo, check, **_):
        if check:
            sys.exit("Start the check with: python3 manage.py up --check")
        started = time.monotonic()
        try:
            with lock_state(settings.STATE_DIR) as lock, open_listener(host, port) as listener:
                url = f"http://{reachable(host)}:{listener.getsockname()[1]}"
                note_holder(lock, url=url)
                self.run(listener, lock.fileno(), url=url, demo=not no_demo, started=started)
        except Unusable as problem:
            sys.exit(str(problem))

    def run(self, listener, lock, *, url, demo, started):
        socket = Path(settings.BROKER_SOCKET)
        # Lines about every request would hide what matters; whoever wants them can say so.
        variables = {"CLEARANCE_LOG_LEVEL": "WARNING", **os.environ}
        environment = environment_for(variables, url=url, broker_socket=socket)
        supervisor = Supervisor(environment=environment, say=say_to_terminal(), shared=(lock,))
        supervisor.obey_signals()
        try:
            if settings.CELERY_BROKER_URL.startswith("redis+socket:"):
                start_broker(supervisor, path=socket, folder=settings.STATE_DIR / "broker")
            self.migrate()
            told = self.seed() if demo else False
            # The programs open connections of their own.
            connection.close()
            start_programs(supervisor, listener, host=(settings.ALLOWED_HOSTS or ["127.0.0.1"])[0])
            if not supervisor.asked_to_stop:
                seconds = time.monotonic() - started
                self.greet(environment["CLEARANCE_BASE_URL"], seconds=seconds, logins=not told)
                supervisor.run()
        finally:
            supervisor.stop()
        self.stdout.write("Stopped. Nothing is lost: the next start goes on from here.")

    def migrate(self):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database …")
            call_command("migrate", interactive=False, verbosity=0)

    def seed(self):
        """Write the demo at the first start, all of it or nothing; it tells the logins itself."""
        if settings.PRODUCTION or User.objects.exists():
            return False
        self.stdout.write("Writing the demo …")
        call_command("seed_demo", stdout=self.stdout)
        return True

    def greet(self, url, *, seconds, logins):
        home = "PostgreSQL" if connection.vendor == "postgresql" else settings.STATE_DIR
        self.stdout.write(f"\n  Clearance runs at {url} (ready after {seconds:.1f} s)\n")
        for line in self.logins() if logins else []:
            self.stdout.write(f"  {line}")
        self.stdout.write(f"\n  State lies in {home}. Ctrl-C stops everything.\n\n")

    def logins(self):
        """Who of the demo may sign in, or how to make the first admin."""
        demo = {person.email: person for person in PEOPLE}
        there = User.objects.filter(email__in=demo).order_by("date_joined", "email")
        people = [user for user in there if user.check_password(PASSWORD)]
        if people:
            width = max(len(user.email) for user in people)
            yield f"Password of everybody in the demo: {PASSWORD}"
            for user in people:
                roles = ", ".join(role.label.lower() for role in demo[user.email].roles)
                yield f"  {user.email:<{width}}  {roles}"
        elif not User.objects.exists():
            yield "Nobody can sign in yet. Make an admin: python3 manage.py createsuperuser"
