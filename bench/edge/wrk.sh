#!/usr/bin/env bash
#
# Loads one way to the API for a while, by wrk, from where the edge itself stands: its own network.
# Called by the benchmark `edge` over SSH: bash -s -- WAY METHOD PATH CONNECTIONS SECONDS <this script
#   WAY     edge: nginx over TLS; direct: the API's replicas, each with its share of the connections
#   METHOD  GET, or POST of a small order
# Prints one line of JSON: requests, seconds, p50 and p99 in microseconds, and what failed. Exit: 0, or 1 with a sentence.

set -euo pipefail

fail() {
  printf 'bench: %s\n' "$*" >&2
  exit 1
}

install_wrk() {
  if command -v wrk >/dev/null; then return 0; fi
  { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends wrk; } >&2 \
    || fail "wrk cannot be installed on the machine"
}

pid_of() {
  local container
  container=$(docker ps --quiet --filter "label=com.docker.swarm.service.name=$1" | head -n 1)
  [[ -n $container ]] || fail "no task of $1 runs"
  docker inspect --format '{{.State.Pid}}' "$container"
}

replicas() {
  local container
  for container in $(docker ps --quiet --filter label=com.docker.swarm.service.name=api --filter health=healthy); do
    docker inspect --format '{{.NetworkSettings.Networks.kaleem.IPAddress}}:3000' "$container"
  done
}

main() {
  (($# == 5)) || fail "needs WAY METHOD PATH CONNECTIONS SECONDS"
  local way=$1 method=$2 path=$3 connections=$4 seconds=$5 targets url pid
  install_wrk
  pid=$(pid_of nginx)
  case $way in
    edge)
      targets=(127.0.0.1:443)
      url=https://127.0.0.1:443$path
      ;;
    direct)
      mapfile -t targets < <(replicas)
      ((${#targets[@]} > 0)) || fail "no healthy task of api"
      url=http://${targets[0]}$path
      ;;
    *) fail "expected the way edge or direct, got $way" ;;
  esac
  WORK=$(mktemp -d)
  trap 'rm -rf "$WORK"' EXIT
  lua >"$WORK/wrk.lua"
  TARGETS="${targets[*]}" METHOD=$method nsenter --target "$pid" --net \
    wrk --threads 2 --connections "$connections" --duration "${seconds}s" --timeout 10s --script "$WORK/wrk.lua" "$url" \
    | grep '^{'
}

# Each thread has one of the targets, in turn.
lua() {
  cat <<'LUA'
local targets, count = {}, 0
for host, port in string.gmatch(os.getenv("TARGETS"), "(%S+):(%d+)") do
  targets[#targets + 1] = wrk.lookup(host, port)[1]
end
wrk.method = os.getenv("METHOD")
if wrk.method == "POST" then
  wrk.headers["content-type"] = "application/json"
  wrk.body = '{"customer":"bench","item":"load","quantity":1}'
end
function setup(thread)
  count = count + 1
  thread.addr = targets[(count - 1) % #targets + 1]
end
function done(summary, latency)
  local failed = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%.3f,"p50":%d,"p99":%d,"notOk":%d,"broken":%d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    failed.status, failed.connect + failed.read + failed.write + failed.timeout))
end
LUA
}

main "$@"
