"""Addresses of the review pages."""

from django.urls import path

from reviews.views import board, calendars, impact, queues, workbench

app_name = "reviews"

urlpatterns = [
    path("queues/", board.board, name="board"),
    path("queues/<slug:key>/", queues.queue, name="queue"),
    path("queues/<slug:key>/settings/", queues.settings, name="queue_settings"),
    path("queues/<slug:key>/reason-codes/", queues.reason_codes, name="queue_reason_codes"),
    path("queues/<slug:key>/pause/", queues.pause, name="queue_pause"),
    path("impacts/<uuid:pk>/hours/", impact.impact_hours, name="impact_hours"),
    path("calendars/<slug:key>/", calendars.calendar, name="calendar"),
    path("bench/", workbench.my_work, name="my_work"),
    path("bench/next/", workbench.take_next, name="take_next"),
    path("bench/<uuid:item_id>/", workbench.item, name="item"),
    path("bench/<uuid:item_id>/claim/", workbench.claim, name="claim"),
    path("bench/<uuid:item_id>/renew/", workbench.renew, name="renew"),
    path("bench/<uuid:item_id>/release/", workbench.release, name="release"),
    path("bench/<uuid:item_id>/move/", workbench.move, name="move"),
    path("bench/<uuid:item_id>/verdict/", workbench.verdict, name="verdict"),
]
