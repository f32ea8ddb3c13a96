#!/usr/bin/env bash
# What the public image's entry point does, as far as this project uses it: become `postgres` when started as root;
# on an empty data folder make the cluster, the user with its password from a file or a variable, the database, and
# run what lies in /docker-entrypoint-initdb.d; then the server.
set -euo pipefail

if [ "$1" = postgres ] && [ "$(id -u)" = 0 ]; then
  chown -R postgres "$PGDATA" /run/postgresql
  exec gosu postgres "$0" "$@"
fi

if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  export PGPASSWORD="${POSTGRES_PASSWORD:-$(cat "${POSTGRES_PASSWORD_FILE:-/dev/null}")}"
  [ -n "$PGPASSWORD" ] || { echo "POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE must be given" >&2; exit 1; }
  : "${POSTGRES_USER:=postgres}" "${POSTGRES_DB:=$POSTGRES_USER}"
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$PGPASSWORD") \
    --auth-host=scram-sha-256 --auth-local=trust -D "$PGDATA" > /dev/null
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -c unix_socket_directories=/run/postgresql" -w start
  export PGHOST=/run/postgresql
  sql() { psql -v ON_ERROR_STOP=1 --no-psqlrc -U "$POSTGRES_USER" "$@"; }
  [ "$POSTGRES_DB" = postgres ] || sql -d postgres -c "create database \"$POSTGRES_DB\"" > /dev/null
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) sql -d "$POSTGRES_DB" -f "$file" ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop > /dev/null
  unset PGPASSWORD PGHOST
fi

if [ "$1" = postgres ]; then
  shift
  exec postgres -c listen_addresses='*' -c unix_socket_directories=/run/postgresql "$@"
fi
exec "$@"
