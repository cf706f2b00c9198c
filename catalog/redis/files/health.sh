#!/bin/sh
# Health of Redis, run inside its container by Docker: exit 0 when it answers with its own password, not 0 otherwise.
# Without -e a NOAUTH answer would count as success.
set -eu
REDISCLI_AUTH=$(cat /run/secrets/password)
export REDISCLI_AUTH
exec redis-cli -e -h 127.0.0.1 ping
