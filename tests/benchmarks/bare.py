"""The least that Django can do, one view that writes one row: the measure for Clearance."""

import os

import django
from django.conf import settings

from config.env import parse_database_url
from config.settings import DATABASES

database = DATABASES["default"]
if os.environ.get("BARE_DATABASE_URL"):
    database = parse_database_url(os.environ["BARE_DATABASE_URL"])
elif not os.environ.get("DATABASE_URL"):
    database = {**database, "NAME": os.environ["BARE_DATABASE_FILE"]}
settings.configure(
    SECRET_KEY="bare",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": database},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - settings come first.
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Row(models.Model):
    body = models.TextField()

    class Meta:
        app_label = "bare"


def write(request: HttpRequest) -> JsonResponse:
    row = Row.objects.create(body=request.body.decode())
    answer = JsonResponse({"id": row.pk}, status=201)
    answer["Content-Length"] = len(answer.content)
    return answer


def make_table() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Row)


urlpatterns = [path("rows", write)]
application = get_wsgi_application()

if __name__ == "__main__":
    make_table()
