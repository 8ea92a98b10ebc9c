# The assistant as one process. Build where packages can be fetched, carry the image to the air-gapped network:
#   docker build -t nearzero . && docker save nearzero | gzip > nearzero.tar.gz
FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements.lock pyproject.toml README.md LICENSE ./
COPY corpus corpus
COPY tools tools
COPY assistant assistant
COPY evals evals
RUN python -m venv /opt/nearzero \
    && /opt/nearzero/bin/pip install --no-cache-dir --requirement requirements.lock \
    && /opt/nearzero/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home nearzero && install -d -o nearzero /data
COPY --from=build /opt/nearzero /opt/nearzero
ENV PATH=/opt/nearzero/bin:$PATH \
    PYTHONUTF8=1 \
    NEARZERO_HOME=/data \
    NEARZERO_HOST=0.0.0.0
USER nearzero
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:7860/healthz', timeout=5)"]
# Reaching it from elsewhere takes accounts; the first one:
#   docker compose run --rm app nearzero users add admin --role administrator
CMD ["nearzero", "serve"]
