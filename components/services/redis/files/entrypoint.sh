#!/bin/sh
# Starts Redis with the password of the secret file. It goes over stdin: not on a command line, not on a disk.
set -eu
password=$(cat /run/secrets/password)
if [ -z "$password" ]; then
  echo "redis: /run/secrets/password is empty; set redis-password in the stack configuration" >&2
  exit 1
fi
exec redis-server - <<CONFIG
$(cat /etc/kaleem/redis.conf)
requirepass "$password"
CONFIG
