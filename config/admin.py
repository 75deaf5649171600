"""Closes what libraries open for operators: a second sign-in, and writing past the services."""

from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.contrib import admin

# Sign-in limits and second steps are allauth's; the stock sign-in of operators has neither.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Libraries register second steps, sessions, groups and sign-on secrets, free to change and
# without a word on the audit log. This app comes after them and before the rooms.
for model in apps.get_models():
    if admin.site.is_registered(model):
        admin.site.unregister(model)
