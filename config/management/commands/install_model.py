"""`manage.py install_model`: puts a model of the library live, with its tables and queues."""

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from config.demo import library, setup
from config.demo.uses import USES
from decisions.enums import Role
from decisions.errors import Expected
from decisions.models import DecisionModel, User


class Command(BaseCommand):
    help = "Put a model of the library live: rules, rule tests, reference tables, review queues."

    def add_arguments(self, parser):
        parser.add_argument(
            "model", nargs="?", default=setup.MODEL, choices=sorted(USES), help="which model"
        )
        parser.add_argument("--author", required=True, help="e-mail address of a rule author")
        parser.add_argument("--approver", required=True, help="e-mail address of an approver")

    def handle(self, *, model, author, approver, **_):
        writer = self.person(author, Role.RULE_AUTHOR)
        reader = self.person(approver, Role.APPROVER)
        if DecisionModel.objects.filter(key=model).exists():
            raise CommandError("The model is installed already. Nothing was changed.")
        now = timezone.now()
        content = library.read(model)
        try:
            with transaction.atomic():
                setup.make_queues(USES[model], by=reader, people={}, now=now)
                setup.publish(
                    content, tables=content.tables, author=writer, approver=reader, now=now
                )
        except Expected as refusal:
            raise CommandError(f"{refusal} Nothing was changed.") from refusal
        self.stdout.write(
            f"{content.name} is live. Next: add members to its queues on the page Queues, "
            "connect a receiver under Connectors, and make an API key."
        )

    def person(self, email, role):
        found = User.objects.filter(email=email.lower(), is_active=True, groups__name=role).first()
        if found is None:
            raise CommandError(
                f"{email} is nobody with the role {role.label.lower()}. "
                "Invite the person on the page People, or give the role there."
            )
        return found
