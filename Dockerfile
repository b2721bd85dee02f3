# The images of Runlore. `make images` builds them; docs/how-to/run-the-service-in-a-container.md says how to
# build them without make, and how to pin the base by its digest.
ARG BASE_IMAGE=python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS service-build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# As process 1 a program that hasn't set a handler yet ignores SIGTERM; tini passes it on from the first moment.
RUN { command -v tini || { apt-get update && apt-get install -y --no-install-recommends tini; }; } \
 && cp "$(command -v tini)" /opt/tini
# pip stays in an environment of its own, so that the one which is shipped never had it.
RUN python3 -m venv /opt/pip && python3 -m venv --without-pip /opt/venv
COPY requirements/service.txt /tmp/service.txt
# A company's certificates and package index are there while this runs, and in no layer.
RUN --mount=type=secret,id=ca,target=/run/secrets/ca.crt --mount=type=secret,id=pip,target=/etc/pip.conf \
    /opt/pip/bin/pip --python /opt/venv/bin/python install --no-deps --require-hashes -r /tmp/service.txt
COPY processors /app/processors
COPY serving /app/serving
# Compiled here, since the root of a container that runs is read-only.
RUN rm -r /app/serving/model_server && python3 -m compileall -q --invalidation-mode unchecked-hash /app

FROM ${BASE_IMAGE} AS service
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin runlore \
 && rm -rf /usr/local/bin/pip* /usr/local/lib/python3.*/site-packages/* /usr/local/lib/python3.*/ensurepip \
    /usr/lib/python3.*/ensurepip /usr/lib/python3/dist-packages/pip* /usr/share/python-wheels
COPY --from=service-build /opt/tini /usr/bin/tini
COPY --from=service-build /opt/venv /opt/venv
COPY --from=service-build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    RUNLORE_SERVICE_HOST=0.0.0.0 RUNLORE_SERVICE_PORT=8080 RUNLORE_WORK_DIR=/tmp
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-I", "-S", "-c", "\
import http.client, os, sys; \
service = http.client.HTTPConnection('127.0.0.1', int(os.environ['RUNLORE_SERVICE_PORT']), timeout=4); \
service.request('GET', '/health/live'); \
sys.exit(service.getresponse().status != 200)"]
ENTRYPOINT ["/usr/bin/tini", "--", "python", "-m", "serving"]

ARG BASE_IMAGE
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
ENV RUNLORE_CODE_COMMIT=${REVISION}
LABEL org.opencontainers.image.title="Runlore service" \
      org.opencontainers.image.description="Answers DevSecOps questions from operational knowledge, with citations" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="${BASE_IMAGE}"
