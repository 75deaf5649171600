"""The API under /api/v1/: submissions in, decisions and deliveries out."""
