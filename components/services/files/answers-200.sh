#!/bin/sh
# Health of the platform's own applications, run inside their containers by Docker: exit 0 when the address in $1 answers 200,
# which means ready, 1 otherwise.
set -eu
exec node --eval '
fetch(process.argv[1], { signal: AbortSignal.timeout(3000) }).then(
  (answer) => process.exit(answer.status === 200 ? 0 : 1),
  () => process.exit(1),
);
' "$1"
