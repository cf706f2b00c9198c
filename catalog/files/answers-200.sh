#!/bin/bash
# Health of the platform's own applications, run inside their containers by Docker: exit 0 when the address in $1 answers 200,
# which means ready, 1 otherwise, with what it answered. Over bash's own TCP: a Node.js that is started for each look costs several
# times what the look costs, and with six tasks half of a processor.
set -euo pipefail

fail() {
  echo "health: $*"
  exit 1
}

[[ $1 =~ ^http://([^:/]+):([0-9]+)(/.*)$ ]] || fail "expected an address such as http://127.0.0.1:3000/health, got $1"
host=${BASH_REMATCH[1]} port=${BASH_REMATCH[2]} path=${BASH_REMATCH[3]}

{ exec 3<>"/dev/tcp/$host/$port"; } 2>/dev/null || fail "nothing listens on port $port"
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$path" >&3
read -r -t 3 status <&3 || fail "no answer from port $port within 3 s"
if [[ $status == HTTP/1.?' 200 '* ]]; then exit 0; fi
# What stands after the empty line; an application names there what it cannot reach.
while IFS= read -r -t 1 line <&3 && [[ $line != $'\r' ]]; do :; done
if ! IFS= read -r -t 1 -d '' -n 300 said <&3; then :; fi # An answer ends before that many.
fail "${status%$'\r'} $said"
