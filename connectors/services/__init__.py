"""What connectors do: receive, enrich, dispatch, send; and how people set them up."""
