#!/bin/bash
# Starts Qdrant with the API keys of the secret files: the present one and, while it is rotated, the former one. They go through a configuration file in memory that only this user may
# read: not on a command line, not in an environment, not on a disk.
set -euo pipefail
key_of() {
  local key
  key=$(</run/secrets/"$1")
  if [ -z "$key" ]; then
    # Qdrant takes an empty key for none, and would then be open to all.
    echo "qdrant: /run/secrets/$1 is empty; set qdrant-$1 in the stack configuration" >&2
    exit 1
  fi
  printf '%s' "$key"
}
key=$(key_of api-key)
former=$(key_of former-api-key)
umask 077
# printf is bash's own: no other process sees its arguments.
printf 'service:\n  api_key: "%s"\n  alt_api_key: "%s"\n' "$key" "$former" >/dev/shm/qdrant.yaml
unset key former
# It reads config/ below its own directory.
cd /qdrant
exec /qdrant/qdrant --config-path /dev/shm/qdrant.yaml
