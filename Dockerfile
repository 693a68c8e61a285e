# syntax=docker/dockerfile:1

# One image for every process: all of them in one container (the default), or each in its own (compose.yaml).
# tests/deploy/ carries out these steps in a clean directory.

FROM python:3.11.14-slim-trixie AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock /build/requirements.lock
RUN python -m venv /opt/venv && \
    /opt/venv/bin/python -m pip install --quiet --require-hashes -r /build/requirements.lock


FROM python:3.11.14-slim-trixie
# libgomp1: the embedded model. postgresql-client (17 here): manage.py backup and restore. tini: takes up, as process 1,
# the processes that ours leave behind.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 postgresql-client tini && \
    rm -rf /var/lib/apt/lists/*
# 1000 is who a Hugging Face Space runs a container as.
RUN useradd --uid 1000 --create-home --shell /usr/sbin/nologin sqlagent && \
    install --directory --owner=sqlagent --mode=700 /data
COPY --from=packages /opt/venv /opt/venv
COPY . /app
WORKDIR /app
# Nobody may write there while it runs, so it is compiled now.
RUN /opt/venv/bin/python -m compileall -q /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 \
    DATA_DIR=/data HOST=0.0.0.0 PORT=7860
USER 1000:1000
VOLUME /data
EXPOSE 7860
# The first start makes the tables; weights of the embedded model come later, while the site is served.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 CMD ["python", "deploy/healthy.py"]
ENTRYPOINT ["tini", "--"]
CMD ["python", "manage.py", "serve"]
