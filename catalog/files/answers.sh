#!/bin/bash
# Health of an application, run inside its container by Docker: exit 0 when the address in $1 (http://…) answers 200, which means ready,
# or when something listens there (tcp://…); 1 otherwise, with what it answered. Called as `sh answers ADDRESS`, by whichever shell the
# image has. Over bash's own TCP where there is a bash: a Node.js that is started for each look costs several times what the look costs,
# and with six tasks half of a processor. Else by what else the image has; wget alone follows where an answer of 3xx leads.
if [ -z "${BASH_VERSION:-}" ]; then
  if command -v bash >/dev/null 2>&1; then exec bash "$0" "$@"; fi
  # An address as `http HOST PORT /PATH`.
  address=$(printf '%s\n' "$1" | sed -n 's|^\(http\)://\([^:/]*\):\([0-9][0-9]*\)\(/.*\)$|\1 \2 \3 \4|p; s|^\(tcp\)://\([^:/]*\):\([0-9][0-9]*\)$|\1 \2 \3 /|p')
  if [ -z "$address" ]; then
    echo "health: expected an address such as http://127.0.0.1:3000/health, got $1"
    exit 1
  fi
  kind=${address%% *}
  # shellcheck disable=SC2086 # Four words.
  set -- $address "$1"
  if command -v node >/dev/null 2>&1; then
    exec node -e '
      const [kind, host, port, path] = process.argv.slice(1);
      const fail = (said) => { console.log(`health: ${said}`); process.exit(1); };
      setTimeout(() => fail(`no answer from port ${port} within 3 s`), 3000);
      const away = () => fail(`nothing listens on port ${port}`);
      if (kind === "tcp") require("net").connect(port, host, () => process.exit(0)).on("error", away);
      else require("http").get({ host, port, path }, ({ statusCode }) =>
        statusCode === 200 ? process.exit(0) : fail(`HTTP ${statusCode}`)).on("error", away);
    ' "$@"
  fi
  if command -v python3 >/dev/null 2>&1; then
    exec python3 -c '
import http.client, socket, sys
kind, host, port, path = sys.argv[1:5]
try:
    if kind == "tcp":
        socket.create_connection((host, int(port)), 3).close()
        sys.exit(0)
    asked = http.client.HTTPConnection(host, int(port), timeout=3)
    asked.request("GET", path)
    status = asked.getresponse().status
except TimeoutError:
    sys.exit(print(f"health: no answer from port {port} within 3 s") or 1)
except OSError:
    sys.exit(print(f"health: nothing listens on port {port}") or 1)
sys.exit(0 if status == 200 else print(f"health: HTTP {status}") or 1)
' "$@"
  fi
  if [ "$kind" = tcp ]; then
    if command -v nc >/dev/null 2>&1; then exec nc -z -w 3 "$2" "$3"; fi
  elif command -v curl >/dev/null 2>&1; then
    status=$(curl -s -o /dev/null -m 3 -w '%{http_code}' "$5") || status=none
    if [ "$status" = 200 ]; then exit 0; fi
    echo "health: HTTP $status"
    exit 1
  elif command -v wget >/dev/null 2>&1; then
    exec wget -q -O /dev/null -T 3 "$5"
  fi
  echo "health: the image has nothing to ask with (bash, node, python3, curl, wget or nc); give the application a health of kind command or none"
  exit 1
fi
set -euo pipefail

fail() {
  echo "health: $*"
  exit 1
}

if [[ $1 =~ ^tcp://([^:/]+):([0-9]+)$ ]]; then
  host=${BASH_REMATCH[1]} port=${BASH_REMATCH[2]}
  { exec 3<>"/dev/tcp/$host/$port"; } 2>/dev/null || fail "nothing listens on port $port"
  exit 0
fi
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
