#!/bin/sh
# Health of the API, run inside its container by Docker: exit 0 when it is ready (both stores answer), 1 otherwise.
set -eu
exec node --eval '
fetch("http://127.0.0.1:3000/api/health", { signal: AbortSignal.timeout(3000) }).then(
  (answer) => process.exit(answer.status === 200 ? 0 : 1),
  () => process.exit(1),
);
'
