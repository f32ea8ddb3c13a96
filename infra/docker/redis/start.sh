#!/bin/sh
# Starts Redis with a user each for the API, for engines and for the operator; nobody else may do anything. What it
# holds can be made anew, so it writes once a second; it never throws keys away by itself.
set -eu
umask 077

secret() { cat "/run/secrets/redis_$1"; }
cat > /tmp/users.acl <<ACL
user default off
user admin on >$(secret password) ~* &* +@all
user engine on >$(secret engine_password) ~* &* +@all -@admin -@dangerous +info
user api on >$(secret api_password) ~* &* +@all -@admin -@dangerous +info
ACL

exec redis-server --bind '*' -::* --dir /data --appendonly yes --appendfsync everysec --maxmemory-policy noeviction \
  --aclfile /tmp/users.acl
