#!/bin/sh
# Health of the edge, run inside its container by Docker: exit 0 when nginx answers, whatever is behind it.
set -eu
exec curl --fail --silent --show-error --max-time 3 --output /dev/null http://127.0.0.1/lb-health
