#!/usr/bin/env bash
# What the public image's entry point and settings do, as far as this project uses them: become `rabbitmq` when
# started as root, log to the console, and let other machines in.
set -euo pipefail

if [ "$(id -u)" = 0 ]; then
  chown -R rabbitmq /var/lib/rabbitmq
  exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups "$0" "$@"
fi
# The public image has these lines in a file of its own.
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="${RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:-} -rabbit log [{console,[{enabled,true}]},{file,[{file,false}]}] -rabbit loopback_users []"
exec "$@"
