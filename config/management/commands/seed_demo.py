"""`manage.py seed_demo`: writes the demo into an empty installation, all of it or nothing."""

from datetime import timedelta

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from config.demo import history, setup
from config.demo.arrivals import DAYS
from config.demo.people import PASSWORD, PEOPLE
from config.demo.submissions import COUNT
from decisions.models import AuditSeal, DecisionModel, User


class Command(BaseCommand):
    help = "Write the demo: people, queues, rules, and a month of submissions."

    def add_arguments(self, parser):
        parser.add_argument(
            "--submissions", type=int, default=COUNT, help="how many; 0 sets up without work"
        )

    def handle(self, *, submissions, **_):
        if DecisionModel.objects.filter(key=setup.MODEL).exists():
            self.stdout.write("The demo is here already. Nothing was changed.")
            return
        self.refuse_where_it_harms()
        now = timezone.now()
        with transaction.atomic():
            begin = now - timedelta(days=DAYS + 12)
            office = setup.set_up(now=begin)
            history.play(office, count=submissions, now=now)
            # Every subscriber has answered in this transaction: nobody needs to be woken.
            connection.run_on_commit.clear()
        self.tell(office)

    def refuse_where_it_harms(self):
        if settings.PRODUCTION:
            raise CommandError(
                "The demo has passwords that everybody knows, so production refuses it. "
                "Try it on a machine of its own."
            )
        if AuditSeal.objects.exists() or User.objects.exists():
            raise CommandError(
                "This installation is in use, and the demo writes a month of history. "
                "Start it in an empty one: set CLEARANCE_STATE_DIR to a new folder."
            )

    def tell(self, office):
        signed = [person for person in PEOPLE if office.named(person.name).has_usable_password()]
        width = max(len(person.email) for person in signed)
        self.stdout.write(f"The demo is written. Everybody’s password: {PASSWORD}")
        for person in signed:
            roles = ", ".join(role.label.lower() for role in person.roles)
            self.stdout.write(f"  {person.email:<{width}}  {roles}")
        self.stdout.write(f"  API key, shown this once: {office.api_key}")
