#!/bin/sh
# Health of MinIO, run inside its container by Docker: exit 0 when it answers its own root user with the right password.
# MinIO's own health addresses ask for no password. The password goes to mc in a file that lives in memory and that nobody
# else may read: not on a command line, not in an environment.
set -eu
umask 077
folder=/tmp/health
mkdir -p "$folder"
cat >"$folder/config.json" <<CONFIG
{"version": "10", "aliases": {"own": {"url": "http://127.0.0.1:9000", "accessKey": "root",
  "secretKey": "$(cat /run/secrets/root-password)", "api": "S3v4", "path": "on"}}}
CONFIG
exec mc --config-dir "$folder" --quiet ls own
