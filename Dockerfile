# The crowd server. compose.yaml starts it with PostgreSQL and a proxy that speaks https.
FROM python:3.12-slim

WORKDIR /simple-amt
COPY requirements.txt requirements-extras.txt ./
# pyarrow (170 MB) is for a requester's export_results.py.
RUN sed -i /pyarrow/d requirements-extras.txt \
    && pip install --no-cache-dir -r requirements.txt -r requirements-extras.txt
COPY *.py ./
COPY amt/ amt/
COPY batch_server/ batch_server/
COPY formats/ formats/
COPY local_crowd/ local_crowd/
COPY places/ places/
COPY webhooks/ webhooks/
COPY hit_templates/ hit_templates/
COPY hit_properties/ hit_properties/
COPY examples/ examples/

# The data directory: files/ for pictures, crowd.json for settings; SQLite too, without PostgreSQL.
RUN useradd --create-home crowd && install -d -o crowd -m 0700 /data \
    && install -d -o crowd -m 0755 /data/files
USER crowd
VOLUME /data
EXPOSE 8000
CMD ["python", "serve_local_crowd.py", "--host", "0.0.0.0", "--port", "8000", "--local_crowd", "/data"]
