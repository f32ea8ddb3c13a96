#!/usr/bin/env bash
# Run once by PostgreSQL's image, when it has made the database: users for the API and for engines, who may do what the
# migrations grant to the roles trade_api and trade_engine, and no more. The owner (POSTGRES_USER) migrates.
set -euo pipefail

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set api_password="$(cat /run/secrets/postgres_api_password)" \
  --set engine_password="$(cat /run/secrets/postgres_engine_password)" <<'SQL'
create role trade_api nologin;
create role trade_engine nologin;
create role trade_readonly nologin;
create role trade_migrator nologin;
create user trade_engine_api password :'api_password' in role trade_api;
create user trade_engine_worker password :'engine_password' in role trade_engine;
-- PgBouncer passes no settings of a session on: what the API asks for itself elsewhere is its user's here.
alter user trade_engine_api set statement_timeout = '5s';
SQL
