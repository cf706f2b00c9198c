#!/usr/bin/env bash
#
# Checks, activates and proves nginx's configuration on the host. Called by the HostFile of nginx.conf.
#
#   edge-config check IMAGE CANDIDATE EDGE_DIRECTORY MOUNT   nginx -t, by the image that will run it
#   edge-config reload SERVICE                               HUP to the running edge; nothing when there is none yet
#   edge-config assert SERVICE CONFIGURATION                 the running edge answers with this configuration
#
# Exit: 0 done, 1 with a sentence on stderr, 2 wrong use.

set -euo pipefail

fail() {
  printf 'edge: %s\n' "$*" >&2
  exit 1
}

containers() { docker ps --quiet --filter "label=com.docker.swarm.service.name=$1"; }

# Without a network: nginx -t must not depend on what runs.
check() {
  local image=$1 candidate=$2 edge=$3 mount=$4 output
  output=$(docker run --rm --network none --entrypoint nginx \
    --mount "type=bind,source=$edge,target=$mount,readonly" \
    --mount "type=bind,source=$candidate,target=/etc/nginx/candidate.conf,readonly" \
    "$image" -t -q -c /etc/nginx/candidate.conf 2>&1) || fail "nginx refuses the configuration: $output"
}

reload() {
  local container
  for container in $(containers "$1"); do docker kill --signal HUP "$container" >/dev/null; done
}

# The edge may be starting for the first time; then the service's own health check is the proof.
assert() {
  local service=$1 configuration=$2 deadline=$((SECONDS + 20)) answer=
  [[ -n $(containers "$service") ]] || return 0
  while ((SECONDS < deadline)); do
    if answer=$(curl_edge "$service") && [[ $answer == *"\"configuration\":\"$configuration\""* ]]; then return 0; fi
    sleep 0.2
  done
  fail "20 s after the reload the edge still answers ${answer:-nothing}, not configuration $configuration; see: docker service logs $service"
}

curl_edge() {
  docker exec "$(containers "$1" | head -n 1)" curl --silent --max-time 2 http://127.0.0.1/lb-health 2>&1
}

main() {
  case "${1:-}:$#" in
    check:5) check "${@:2}" ;;
    reload:2) reload "$2" ;;
    assert:3) assert "$2" "$3" ;;
    *)
      echo "edge: use: check IMAGE CANDIDATE EDGE_DIRECTORY MOUNT, reload SERVICE, or assert SERVICE CONFIGURATION" >&2
      exit 2
      ;;
  esac
}

main "$@"
