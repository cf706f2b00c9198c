#!/usr/bin/env bash
#
# Checks, activates and proves nginx's configuration and its certificate on the host. Called by the HostFiles of both.
#
#   edge-config check IMAGE USER CANDIDATE EDGE_DIRECTORY MOUNT   nginx -t, by the image and user that will run it
#   edge-config check-identity IMAGE USER CANDIDATE               the same, of a file of key and certificate alone
#   edge-config check-authority IMAGE USER CANDIDATE              the same, of who signs clients' certificates
#   edge-config reload SERVICE                       HUP to the running edge; nothing when there is none yet
#   edge-config assert SERVICE CONFIGURATION         the running edge answers with this configuration
#   edge-config assert-identity SERVICE FILE CONF    it shows this file's certificate, when CONF names the file
#
# Exit: 0 done, 1 with a sentence on stderr, 2 wrong use.

set -euo pipefail

WORK=
cleanup() { if [[ -n $WORK ]]; then rm -rf "$WORK"; fi; }
trap cleanup EXIT

fail() {
  printf 'edge: %s\n' "$*" >&2
  exit 1
}

containers() { docker ps --quiet --filter "label=com.docker.swarm.service.name=$1"; }

# try_configuration IMAGE USER FILE MOUNT...: without a network, since nginx -t must not depend on what runs.
try_configuration() {
  local image=$1 user=$2 file=$3 mount mounts=()
  for mount in "type=bind,source=$file,target=/etc/nginx/candidate.conf" "${@:4}"; do
    mounts+=(--mount "$mount,readonly")
  done
  docker run --rm --network none --read-only --tmpfs /tmp --user "$user" --entrypoint nginx "${mounts[@]}" \
    "$image" -t -q -c /etc/nginx/candidate.conf 2>&1
}

check() {
  local output
  output=$(try_configuration "$1" "$2" "$3" "type=bind,source=$4,target=$5") \
    || fail "nginx refuses the configuration: $output"
}

# check_tls IMAGE USER CANDIDATE WHAT DIRECTIVE...: a configuration with these directives about the candidate.
check_tls() {
  local output
  WORK=$(mktemp -d)
  {
    echo 'pid /tmp/nginx.pid;'
    echo 'error_log stderr;'
    echo 'events {}'
    echo 'http {'
    printf '  %s_temp_path /tmp/%s;\n' client_body body proxy proxy fastcgi fastcgi uwsgi uwsgi scgi scgi
    printf '  %s\n' "${@:5}"
    echo '  server { listen 443 ssl; }'
    echo '}'
  } >"$WORK/nginx.conf"
  chmod 0755 "$WORK"
  output=$(try_configuration "$1" "$2" "$WORK/nginx.conf" "type=bind,source=$3,target=/candidate.pem") \
    || fail "nginx refuses $4: $output"
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
    if answer=$(curl_edge "$service" http://127.0.0.1/lb-health 2>&1) \
      && [[ $answer == *"\"configuration\":\"$configuration\""* ]]; then return 0; fi
    sleep 0.2
  done
  fail "20 s after the reload the edge still answers ${answer:-nothing}, not configuration $configuration; see: docker service logs $service"
}

assert_identity() {
  local service=$1 file=$2 conf=$3 deadline=$((SECONDS + 20)) wanted shown=
  [[ -n $(containers "$service") ]] || return 0
  # Not in use yet: the configuration that names it comes next, and reads it.
  [[ -f $conf ]] && grep -q "/$(basename "$file");" "$conf" || return 0
  wanted=$(fingerprint <"$file")
  while ((SECONDS < deadline)); do
    if shown=$(curl_edge "$service" --insecure --output /dev/null --write-out '%{certs}' https://127.0.0.1/lb-health | fingerprint 2>&1) \
      && [[ $shown == "$wanted" ]]; then return 0; fi
    sleep 0.2
  done
  fail "20 s after the reload the edge still shows another certificate (${shown:-none}) than the new one ($wanted); see: docker service logs $service"
}

fingerprint() { openssl x509 -noout -fingerprint -sha256; }

curl_edge() { docker exec "$(containers "$1" | head -n 1)" curl --silent --max-time 2 "${@:2}"; }

main() {
  case "${1:-}:$#" in
    check:6) check "${@:2}" ;;
    check-identity:4)
      check_tls "${@:2}" "the certificate or its key" "ssl_certificate /candidate.pem;" "ssl_certificate_key /candidate.pem;"
      ;;
    check-authority:4)
      check_tls "${@:2}" "the clients' authority" "ssl_client_certificate /candidate.pem;" "ssl_verify_client on;" "ssl_reject_handshake on;"
      ;;
    reload:2) reload "$2" ;;
    assert:3) assert "$2" "$3" ;;
    assert-identity:4) assert_identity "${@:2}" ;;
    *)
      sed -n '/^# *edge-config /s/^# */use: /p' "$0" >&2
      exit 2
      ;;
  esac
}

main "$@"
