"""Who may sign in: people an admin invited, by password or by the organisation's sign-on."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone

from decisions import events
from decisions.enums import EventKind
from decisions.models import User


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up: an admin makes the account."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: str) -> None:
        """Record attempts on known accounts only: a log of mistyped addresses helps nobody."""
        email = str(credentials.get("email") or "").strip().lower()
        if person := User.objects.filter(email=email).first():
            record_sign_in(person, kind=EventKind.PERSON_SIGN_IN_FAILED)


class KnownPeopleOnly(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Single sign-on links to an invited person by verified e-mail address and refuses others."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.is_existing:
            return
        verified = [address.email for address in sociallogin.email_addresses if address.verified]
        person = User.objects.filter(email__in=[email.lower() for email in verified]).first()
        if person is None:
            messages.error(
                request,
                "Your organisation knows you, but nobody has invited you to Clearance yet. "
                "Ask an admin of Clearance to add your e-mail address.",
            )
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, person)


def record_sign_in(user: User, *, kind: EventKind) -> None:
    """Put a sign-in, or an attempt on a known account, on the audit log."""
    with transaction.atomic():
        events.record(kind, user, actor=events.Actor.person(user), now=timezone.now())


@receiver(user_logged_in)
def signed_in(sender: object, user: User, **_: object) -> None:
    record_sign_in(user, kind=EventKind.PERSON_SIGNED_IN)
