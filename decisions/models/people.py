"""People who sign in; their roles are groups."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.models import AbstractUser, Group
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models, transaction
from simple_history.models import HistoricalRecords

from decisions.enums import Role


class UserManager(DjangoUserManager["User"]):
    """Makes people by e-mail address: there is no user name."""

    use_in_migrations = True

    def _create(self, email: str, password: str | None, **fields: object) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":  # type: ignore[override]
        return self._create(email, password, **fields)

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":  # type: ignore[override]
        """Make the first person of an installation: the admin, who gives others their roles."""
        with transaction.atomic(using=self._db):
            user = self._create(email, password, is_staff=True, is_superuser=True, **fields)
            user.groups.add(Group.objects.using(self._db).get(name=Role.ADMIN))
        return user


class User(AbstractUser):
    """One person, or the integration that owns API keys."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    username = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=120)
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()
    history = HistoricalRecords(
        m2m_fields=["groups"], excluded_fields=["password", "last_login"], bases=[models.Model]
    )

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self).split(" ", 1)[0]

    @property
    def initials(self) -> str:
        words = str(self).split()
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()
