"""Addresses of the pages of connectors, deliveries and API keys."""

from django.urls import path

from connectors.views import (
    api_keys,
    comparisons,
    connectors,
    deliveries,
    feeds,
    imports,
    mappings,
    set_up,
)

app_name = "connectors"

urlpatterns = [
    path("connectors/", connectors.connector_list, name="connector_list"),
    path("connectors/new/<slug:kind>/", set_up.connector_create, name="connector_create"),
    path("connectors/signed-in/", set_up.signed_in, name="signed_in"),
    path("connectors/<slug:key>/", connectors.connector, name="connector"),
    path("connectors/<slug:key>/sign-in/", set_up.connector_sign_in, name="connector_sign_in"),
    path("connectors/<slug:key>/sign-out/", set_up.connector_sign_out, name="connector_sign_out"),
    path(
        "connectors/<slug:key>/disconnect/",
        connectors.connector_disconnect,
        name="connector_disconnect",
    ),
    path("connectors/<slug:key>/edit/", set_up.connector_edit, name="connector_edit"),
    path("connectors/<slug:key>/pause/", connectors.connector_pause, name="connector_pause"),
    path("connectors/<slug:key>/resume/", connectors.connector_resume, name="connector_resume"),
    path("connectors/<slug:key>/test/", connectors.connector_test, name="connector_test"),
    path("connectors/<slug:key>/secret/", connectors.connector_secret, name="connector_secret"),
    path("connectors/<slug:key>/resend/", deliveries.resend_dead, name="resend_dead"),
    path("connectors/<slug:key>/payloads/", mappings.payload_list, name="payload_list"),
    path("connectors/<slug:key>/mappings/<slug:slug>/", mappings.mapping_edit, name="mapping_edit"),
    path("imports/", imports.import_list, name="import_list"),
    path("imports/tables/<slug:key>.csv", imports.import_table, name="import_table"),
    path("imports/<uuid:pk>/", imports.import_page, name="import"),
    path("imports/<uuid:pk>/start/", imports.import_start, name="import_start"),
    path("imports/<uuid:pk>/stop/", imports.import_stop, name="import_stop"),
    path("imports/<uuid:pk>/go-on/", imports.import_go_on, name="import_go_on"),
    path("imports/<uuid:pk>/drop/", imports.import_drop, name="import_drop"),
    path("imports/<uuid:pk>/rejected.csv", imports.import_rejected, name="import_rejected"),
    path("imports/<uuid:pk>/results.<slug:kind>", imports.import_results, name="import_results"),
    path("feeds/", feeds.feed_list, name="feed_list"),
    path("feeds/<uuid:feed_id>/", feeds.feed_change, name="feed_change"),
    path("mappings/", mappings.mapping_list, name="mapping_list"),
    path("payloads/<uuid:payload_id>/again/", mappings.payload_again, name="payload_again"),
    path("connectors/<slug:key>/compare/", comparisons.comparison_list, name="comparison_list"),
    path("connectors/comparisons/<uuid:comparison_id>/", comparisons.comparison, name="comparison"),
    path(
        "connectors/comparisons/<uuid:comparison_id>/csv",
        comparisons.comparison_csv,
        name="comparison_csv",
    ),
    path(
        "connectors/comparisons/<uuid:comparison_id>/act/",
        comparisons.comparison_act,
        name="comparison_act",
    ),
    path("deliveries/", deliveries.delivery_list, name="delivery_list"),
    path("deliveries/<uuid:delivery_id>/", deliveries.delivery, name="delivery"),
    path("deliveries/<uuid:delivery_id>/resend/", deliveries.resend, name="resend"),
    path("deliveries/<uuid:delivery_id>/roll-back/", deliveries.roll_back, name="roll_back"),
    path("api-keys/", api_keys.api_key_list, name="api_key_list"),
    path("api-keys/<uuid:key_id>/revoke/", api_keys.api_key_revoke, name="api_key_revoke"),
]
