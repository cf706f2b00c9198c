#!/bin/sh
# Starts Redis. Users lie beside the data, as hashes: `default`, the administrator, is set here from the secret file at
# each start, its memory by the arguments; the others are the agent's, and stay as they are. No password is on a command line or on a disk.
set -eu
umask 077
users=/data/users.acl
password=$(cat /run/secrets/password)
if [ -z "$password" ]; then
  echo "redis: /run/secrets/password is empty; set redis-password in the stack configuration" >&2
  exit 1
fi
hash=$(printf %s "$password" | sha256sum | cut -d ' ' -f 1)
{
  echo "user default on #$hash ~* &* +@all"
  if [ -e "$users" ]; then sed '/^user default /d' "$users"; fi
} > "$users.new"
mv "$users.new" "$users"
exec redis-server /etc/kaleem/redis.conf "$@"
