"""Settings of Clearance, read strictly from the environment; the README lists every variable."""

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.env import (
    Environment,
    parse_base_url,
    parse_database_url,
    parse_redis_url,
    parse_time_zone,
)
from config.logs import logging_settings
from config.processes.places import broker_socket
from config.secrets_file import local_secrets
from connectors.enums import Scope

env = Environment(os.environ)
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Which home: embedded on a fresh machine, PostgreSQL and Redis in production ---------------

STATE_DIR = Path(env.text("CLEARANCE_STATE_DIR", str(BASE_DIR / "var"))).resolve()
postgresql = env.parsed("DATABASE_URL", parse_database_url)
redis = env.parsed("REDIS_URL", parse_redis_url)
MODE = env.text(
    "CLEARANCE_MODE",
    "production" if postgresql or redis else "local",
    choices=("local", "production"),
)
PRODUCTION = MODE == "production"
DEBUG = env.boolean("CLEARANCE_DEBUG", False)
# Files that people upload wait here for the worker, which must see the same folder.
UPLOADS_DIR = Path(env.text("CLEARANCE_UPLOADS_DIR", str(STATE_DIR / "uploads"))).resolve()
# In a container /tmp is memory; a large upload must not lie there while it comes in.
FILE_UPLOAD_TEMP_DIR = str(UPLOADS_DIR) if UPLOADS_DIR.is_dir() else None
BROKER_SOCKET = env.text("CLEARANCE_BROKER_SOCKET", str(broker_socket(STATE_DIR)))

DATABASES = {
    "default": postgresql
    or {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": STATE_DIR / "clearance.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA cache_size=-32000; PRAGMA foreign_keys=ON;",
        },
        "TEST": {"NAME": STATE_DIR / "test.sqlite3"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Secrets and addresses ---------------------------------------------------------------------

SECRET_KEY = env.text("CLEARANCE_SECRET_KEY")
SECRET_ENCRYPTION_KEYS = env.words("CLEARANCE_ENCRYPTION_KEYS")
BASE_URL = env.parsed("CLEARANCE_BASE_URL", parse_base_url, "http://127.0.0.1:8000")
ALLOWED_HOSTS = env.words("CLEARANCE_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,[::1]")
BEHIND_PROXY = env.boolean("CLEARANCE_BEHIND_PROXY", False)
ORGANISATION = env.text("CLEARANCE_ORGANISATION", "Halden Group")
OUTBOUND_ALLOW = env.words("CLEARANCE_OUTBOUND_ALLOW")
LOG_LEVEL = env.text("CLEARANCE_LOG_LEVEL", "INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"))

if PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("CLEARANCE_DEBUG is on. Production refuses it: remove it.")
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5 or "insecure" in SECRET_KEY:
        raise ImproperlyConfigured(
            "CLEARANCE_SECRET_KEY is missing or guessable. Set at least 50 random characters; "
            "the README shows how to make them."
        )
    if not SECRET_ENCRYPTION_KEYS:
        raise ImproperlyConfigured(
            "CLEARANCE_ENCRYPTION_KEYS is missing. Set one or more Fernet keys, newest first; "
            "the README shows how to make one."
        )
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS or any(h.strip(".") == "" for h in ALLOWED_HOSTS):
        raise ImproperlyConfigured(
            "CLEARANCE_HOSTS is empty or open. Name the hosts people use, separated by commas."
        )
else:
    made = local_secrets(STATE_DIR)
    SECRET_KEY = SECRET_KEY or made["secret_key"]
    SECRET_ENCRYPTION_KEYS = SECRET_ENCRYPTION_KEYS or made["encryption_keys"]

HTTPS = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_SSL_REDIRECT = HTTPS and PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^api/v1/health$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS and PRODUCTION else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# --- Applications ------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "oauth2_provider",
    "rest_framework",
    "rules",
    "simple_history",
    "config.apps.ConfigApp",
    "decisions",
    "reviews",
    "connectors",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.PrivatePages",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.shell",
            ],
            "builtins": ["config.templatetags.ui"],
        },
    }
]

STATIC_URL = "/static/"
STATICFILES_DIRS = [path for path in [BASE_DIR / "build" / "static"] if path.is_dir()]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# The build gives every file a name with its content hash in it.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9A-Z]{8,12}\..+$"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.parsed("CLEARANCE_TIME_ZONE", parse_time_zone, "Europe/London")
USE_I18N = USE_TZ = True

# --- People: allauth signs in, roles are groups, rules answers permissions ---------------------

AUTH_USER_MODEL = "decisions.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_REDIRECT_URL = "home"
LOGIN_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "config.accounts.InvitedOnly"
SOCIALACCOUNT_ADAPTER = "config.accounts.KnownPeopleOnly"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# 127.0.0.1 speaks for everybody behind a local proxy, so addresses count proxies explicitly.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = "Clearance"
USERSESSIONS_TRACK_ACTIVITY = False
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "sso",
                "name": env.text("CLEARANCE_OIDC_NAME", "Single sign-on"),
                "client_id": env.text("CLEARANCE_OIDC_CLIENT_ID"),
                "secret": env.text("CLEARANCE_OIDC_SECRET"),
                "settings": {"server_url": env.text("CLEARANCE_OIDC_URL")},
            }
        ]
        if env.text("CLEARANCE_OIDC_URL")
        else []
    }
}
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
CACHES = {
    # Sign-in limits: shared by all processes, and alive when Redis is not.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
    },
    # API limits: counted in each web process, because the hot path writes nothing for them.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# --- Work: which task answers which event, and when the timetable rings ------------------------

EVENT_SUBSCRIBERS = {
    "submission.received": ["decisions.tasks.evaluate"],
    "submission.awaiting_evidence": ["connectors.tasks.enrich"],
    "submission.enriched": ["decisions.tasks.evaluate"],
    "decision.needs_review": ["reviews.tasks.open_item"],
    "decision.settled": ["connectors.tasks.dispatch"],
    "delivery.requested": ["connectors.tasks.deliver"],
    "import.requested": ["connectors.tasks.read_files"],
    "impact.requested": ["decisions.tasks.simulate"],
    "challenger.asked": ["decisions.tasks.challenge"],
    "guardrail.created": ["decisions.tasks.check_guardrails"],
    "guardrail.changed": ["decisions.tasks.check_guardrails"],
    "guardrail.resumed": ["decisions.tasks.check_guardrails"],
    "model.proposed": ["decisions.tasks.check_guardrails"],
    "model.published": ["decisions.tasks.check_guardrails"],
    "reference_table.changed": ["decisions.tasks.check_guardrails"],
    "reference_table.in_force": ["decisions.tasks.check_guardrails"],
}

CELERY_BROKER_URL = redis or f"redis+socket://{BROKER_SOCKET}"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the longest task; a message of a killed worker returns after it.
    "visibility_timeout": 120,
    # Kombu's default would look for such messages only every 100 s.
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 30,
    # A request never waits for a broker that is away; the sweep sends again.
    "max_retries": 0,
    "connect_retries_timeout": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
# The outbox already remembers what was not sent: fail at once and let the sweep send it again.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "UTC"
# Each task with the seconds between its runs; a run that nobody took meanwhile is dropped.
TIMETABLE = {
    "decisions.tasks.sweep": 10,
    "decisions.tasks.seal": 60,
    "decisions.tasks.count_activity": 60,
    "decisions.tasks.find_drift": 3600,
    "decisions.tasks.publish_due": 15,
    "decisions.tasks.tell_tables_in_force": 15,
    "connectors.tasks.deliver_due": 5,
    "connectors.tasks.enrich_due": 5,
    "connectors.tasks.poll_due": 60,
    "connectors.tasks.read_feeds": 60,
    "connectors.tasks.forget_fetched": 3600,
    "connectors.tasks.compare_due": 5,
    "connectors.tasks.forget_comparisons": 3600,
    "connectors.tasks.forget_answers": 3600,
    "connectors.tasks.forget_tokens": 3600,
    "connectors.tasks.forget_payloads": 3600,
    "connectors.tasks.forget_files": 3600,
    "connectors.tasks.forget_calls": 3600,
    "reviews.tasks.free_leases": 30,
}
CELERY_BEAT_SCHEDULE = {
    task.rsplit(".", 1)[1]: {
        "task": task,
        "schedule": float(seconds),
        "options": {"expires": seconds},
    }
    for task, seconds in TIMETABLE.items()
}

# --- API ---------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["connectors.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["connectors.api.permissions.HasScope"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PARSER_CLASSES": ["connectors.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "connectors.api.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "connectors.api.oauth.KeyValidator",
    "SCOPES": dict(Scope.choices),
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Clearance API",
    "DESCRIPTION": "Send submissions, read decisions and why they were made.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "OutcomeEnum": "decisions.enums.Outcome",
        "SubmissionStateEnum": "decisions.enums.SubmissionState",
        "DeliveryStateEnum": "connectors.enums.DeliveryState",
    },
}

LOGGING = logging_settings(level=LOG_LEVEL, production=PRODUCTION)
DJANGO_STRUCTLOG_CELERY_ENABLED = False

env.text("CLEARANCE_SHARED")  # Read by the tests alone.
env.refuse_unknown()
