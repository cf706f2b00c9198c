#!/usr/bin/env bash
# Health of RabbitMQ, run inside its container by Docker: exit 0 when it serves clients and takes its administrator's password, not 0
# otherwise. Asks the management API over bash's own TCP: the image has no curl, and rabbitmq-diagnostics starts an Erlang for each look.
set -euo pipefail

# Says the status line of GET $1, asked as the administrator.
ask() {
  local password login status
  password=$(</run/secrets/admin-password)
  login=$(printf 'admin:%s' "$password" | base64 -w 0)
  exec 3<>/dev/tcp/127.0.0.1/15672
  printf 'GET %s HTTP/1.0\r\nHost: localhost\r\nAuthorization: Basic %s\r\n\r\n' "$1" "$login" >&3
  read -r -t 3 status <&3
  exec 3>&-
  echo "${status%$'\r'}"
}

main() {
  local path status
  # The first is answered to anybody, and tells that the listeners are open; the second only to a known user.
  for path in /api/health/checks/ready-to-serve-clients /api/whoami; do
    status=$(ask "$path")
    if [[ $status != 'HTTP/1.'[01]' 200 '* ]]; then
      echo "rabbitmq: $path: $status" >&2
      exit 1
    fi
  done
}

main
