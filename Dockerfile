# One image for every process of a desk: `serve` by default, `work`, and the Chroma server that they share.
FROM python:3.11-slim AS built
WORKDIR /srv/deskhand
RUN python -m venv .venv
COPY requirements.lock .
RUN .venv/bin/pip install --no-cache-dir --no-deps -r requirements.lock
COPY . source
RUN .venv/bin/pip install --no-cache-dir --no-deps ./source

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home deskhand && install --directory --owner deskhand --mode 0700 /data
COPY --from=built /srv/deskhand/.venv /srv/deskhand/.venv
ENV PATH=/srv/deskhand/.venv/bin:$PATH PYTHONUNBUFFERED=1 DESKHAND_DATA=/data DESKHAND_HOST=0.0.0.0
USER deskhand
WORKDIR /srv/deskhand
VOLUME /data
EXPOSE 8420
STOPSIGNAL SIGTERM
CMD ["deskhand", "serve"]
