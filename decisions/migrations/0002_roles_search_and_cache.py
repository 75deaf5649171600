"""Groups for the roles, word search over titles on PostgreSQL, and the table of the shared cache."""

from django.core.management import call_command
from django.db import migrations

ROLES = ("rule_author", "approver", "reviewer", "lead", "auditor", "admin", "integration")
INDEX = (
    "CREATE INDEX submission_title ON decisions_submission "
    "USING gin (to_tsvector('simple', title))"
)


def make_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for name in ROLES:
        Group.objects.get_or_create(name=name)


def index_titles(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(INDEX)


def unindex_titles(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX submission_title")


def make_cache(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop_cache(apps, schema_editor):
    schema_editor.execute("DROP TABLE cache")


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [
        migrations.RunPython(make_groups, migrations.RunPython.noop),
        migrations.RunPython(index_titles, unindex_titles),
        migrations.RunPython(make_cache, drop_cache),
    ]
