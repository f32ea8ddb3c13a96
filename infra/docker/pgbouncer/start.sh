#!/bin/sh
# Writes the users' list out of the secrets into memory, and starts PgBouncer.
set -eu
umask 077

# A double quote in a password is doubled there.
secret() { sed 's/"/""/g' "/run/secrets/$1"; }
{
  printf '"trade_engine_api" "%s"\n' "$(secret postgres_api_password)"
  printf '"trade_engine_user" "%s"\n' "$(secret postgres_password)"
} > /tmp/userlist.txt

exec pgbouncer /opt/trade-engine/pgbouncer.ini
