# One image for every role: `docker run … ebox api`. docs/howto/run-with-compose.md
# The Python of the tests (Debian 12). Nothing is compiled: the lock file's packages all come as wheels.
FROM python:3.11.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /build
RUN python -m venv /opt/ebox
COPY requirements/run.txt requirements/
RUN /opt/ebox/bin/pip install --require-hashes --only-binary :all: --requirement requirements/run.txt
COPY pyproject.toml README.md cli.py schema_changes.py secret_files.py settings.py threads.py trusted_issuers.py ./
COPY api api
COPY application application
COPY audit audit
COPY bootstrap bootstrap
COPY client client
COPY commands commands
COPY domain domain
COPY eventstore eventstore
COPY identity identity
COPY notifier notifier
COPY projections projections
COPY registers registers
COPY storage storage
COPY telemetry telemetry
COPY web web
COPY webhooks webhooks
RUN /opt/ebox/bin/pip install --no-deps --no-build-isolation ./client .

FROM python:3.11.13-slim-bookworm
RUN groupadd --gid 10001 ebox \
    && useradd --uid 10001 --gid ebox --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ebox \
    && install --directory --owner ebox --group ebox --mode 0700 /var/lib/ebox
COPY --from=build /opt/ebox /opt/ebox
ENV PATH=/opt/ebox/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    EBOX_ENVIRONMENT=production \
    EBOX_DATA_DIR=/var/lib/ebox \
    EBOX_HOST=0.0.0.0 \
    EBOX_METRICS_HOST=0.0.0.0
WORKDIR /var/lib/ebox
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["ebox"]
CMD ["--help"]
