#!/bin/sh
# Starts the exporter with Redis' password from its secret, by a file: command lines and environments can be read by others.
set -eu
umask 077
# The password's form (letters, digits and a few signs) needs no quoting in JSON.
printf '{"%s": "%s"}\n' "$REDIS_ADDR" "$(cat /run/secrets/password)" >/tmp/passwords.json
exec /redis_exporter --redis.password-file=/tmp/passwords.json
