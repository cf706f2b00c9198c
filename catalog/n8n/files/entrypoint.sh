#!/bin/sh
# Starts n8n with its owner's present password, which n8n sets anew at every start. It wants a bcrypt hash, from a file in memory.
set -eu
for name in encryption-key owner-password; do
  if [ ! -s "/run/secrets/$name" ]; then
    echo "n8n: /run/secrets/$name is empty; set n8n-$name in the stack configuration" >&2
    exit 1
  fi
done
umask 077
node /etc/kaleem/owner-hash.cjs
exec n8n start
