"""Addresses of the pages that belong to no single app: overview and colours."""

from django.urls import path

from config import views

urlpatterns = [
    path("", views.home, name="home"),
    path("theme/", views.theme, name="theme"),
]
