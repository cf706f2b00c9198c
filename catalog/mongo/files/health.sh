#!/bin/sh
# Health of MongoDB, run inside its container by Docker: exit 0 when it answers its own user with the right password.
# "Answers", not "is primary": a node without its replica set must live until the agent has initiated it.
set -eu
exec mongosh --nodb --quiet --norc /etc/kaleem/health.js
