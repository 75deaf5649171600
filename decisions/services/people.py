"""Admins invite people and give them roles; every change is on the audit log."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from decisions import events
from decisions.enums import EventKind, Role
from decisions.errors import Fault, Invalid, Refused
from decisions.events import Actor
from decisions.models import User


def invite(
    *,
    email: str,
    name: str,
    roles: Collection[str],
    password: str | None,
    actor: Actor,
    now: datetime,
) -> User:
    """Make an account; without a password the person signs in by single sign-on only."""
    email = email.strip().lower()
    faults: list[Fault] = []
    try:
        validate_email(email)
    except ValidationError:
        faults.append(Fault(where="email", message="Give an e-mail address, like ana@example.com."))
    if not name.strip():
        faults.append(Fault(where="name", message="Give the person's name."))
    faults += _role_faults(roles)
    if password is not None:
        try:
            validate_password(password, User(email=email, name=name))
        except ValidationError as error:
            faults.append(Fault(where="password", message=" ".join(error.messages)))
    if User.objects.filter(email=email).exists():
        faults.append(Fault(where="email", message="This person has an account already."))
    if faults:
        raise Invalid("The person was not invited.", faults)
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name.strip())
        user.groups.set(Group.objects.filter(name__in=roles))
        events.record(
            EventKind.PERSON_INVITED, user, actor=actor, now=now, detail={"roles": sorted(roles)}
        )
    return user


def change_person(
    user: User, *, roles: Collection[str], active: bool, actor: Actor, now: datetime
) -> User:
    """Set someone's roles and whether they may sign in. There is always one admin left."""
    if faults := _role_faults(roles):
        raise Invalid("The roles were not changed.", faults)
    with transaction.atomic():
        admins = User.objects.select_for_update().filter(groups__name=Role.ADMIN, is_active=True)
        if (Role.ADMIN not in roles or not active) and {a.pk for a in admins} == {user.pk}:
            raise Refused("This is the last admin. Make another person an admin first.")
        if actor.id == user.pk and not active:
            raise Refused("You cannot switch off your own account. Ask another admin.")
        user.is_active = active
        user.save(update_fields=["is_active"])  # A password changed meanwhile stays changed.
        user.groups.set(Group.objects.filter(name__in=roles))
        detail = {"roles": sorted(roles), "active": active}
        events.record(EventKind.PERSON_CHANGED, user, actor=actor, now=now, detail=detail)
    return user


def _role_faults(roles: Collection[str]) -> list[Fault]:
    return [
        Fault(where="roles", message=f"“{role}” is not a role.")
        for role in roles
        if role not in Role.values
    ]
