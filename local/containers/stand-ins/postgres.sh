# As the public image does: the cluster, the user and the databases are made before the first start.
set -euo pipefail
bin=$(echo /usr/lib/postgresql/*/bin)
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  "$bin/initdb" -D "$PGDATA" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --auth=scram-sha-256
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  for line in "CREATE DATABASE $POSTGRES_DB;" "$(cat /docker-entrypoint-initdb.d/*.sql)"; do
    echo "$line" | "$bin/postgres" --single -D "$PGDATA" postgres > /dev/null
  done
fi
exec "$bin/postgres" -D "$PGDATA" -c listen_addresses='*' -c max_connections=150
