#!/bin/bash
# Starts RabbitMQ with three users: `admin` for the operator, `engine` and `api` with the rights that they need
# (infra/rabbitmq/topology.ts lists them). The file of users holds hashes of the passwords.
set -euo pipefail
umask 077

# RabbitMQ's form of a password: base64(salt + sha256(salt + password)), with four bytes of salt.
hash() {
  local password salt digest
  password="$(cat "/run/secrets/rabbitmq_$1")"
  salt="$(tr -dc 'a-zA-Z0-9' < /dev/urandom | head -c 4 || true)"
  digest="$(printf '%s%s' "$salt" "$password" | sha256sum | cut -d' ' -f1 | sed 's/../\\x&/g')"
  { printf '%s' "$salt"; printf '%b' "$digest"; } | base64 -w0
}

user() { printf '{"name":"%s","password_hash":"%s","hashing_algorithm":"rabbit_password_hashing_sha256","tags":"%s"}' "$@"; }
rights() { printf '{"user":"%s","vhost":"/","configure":"%s","write":"%s","read":"%s"}' "$@"; }

engine='^(commands|events)(\\.|$)|^(order-events|trade-notifications|risk-management|settlements)$'
cat > /tmp/definitions.json <<JSON
{
  "vhosts": [{ "name": "/" }],
  "users": [
    $(user admin "$(hash password)" administrator),
    $(user engine "$(hash engine_password)" ""),
    $(user api "$(hash api_password)" "")
  ],
  "permissions": [
    $(rights admin '.*' '.*' '.*'),
    $(rights engine "$engine" "$engine|^amq\\\\.default\$" "$engine"),
    $(rights api '^replies\\.' '^commands$' '^replies\\.')
  ]
}
JSON

exec docker-entrypoint.sh rabbitmq-server
