#!/bin/sh
# Starts an application with its secret variables, run inside its container by Docker: start PROGRAM [ARGUMENT...]
# They are read from the one file that holds them, by the shell itself: they stand in no command line, in no image and in nothing that
# inspects the service or its container. A program that dies leaves no memory behind that would hold them.
set -eu
ulimit -c 0
# shellcheck source=/dev/null # Made by the platform: one line `export NAME='value'` for each variable.
. /run/secrets/environment
exec "$@"
