#!/bin/bash
# Starts Qdrant with the API key of the secret file. The key goes through a configuration file in memory that only this user
# may read: not on a command line, not in an environment, not on a disk.
set -euo pipefail
key=$(</run/secrets/api-key)
if [ -z "$key" ]; then
  echo "qdrant: /run/secrets/api-key is empty; set qdrant-api-key in the stack configuration" >&2
  exit 1
fi
umask 077
# printf is bash's own: no other process sees its arguments.
printf 'service:\n  api_key: "%s"\n' "$key" >/dev/shm/qdrant.yaml
unset key
# It reads config/ below its own directory.
cd /qdrant
exec /qdrant/qdrant --config-path /dev/shm/qdrant.yaml
