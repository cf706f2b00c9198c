# shellcheck shell=bash
#
# Whether this machine can be the platform's at all. Looks, changes nothing, and says everything that is wrong at once.

machine_problems() {
  [[ $(id -u) == 0 ]] || echo "must run as root, runs as $(id -un)"
  [[ -d $ROOT/run/systemd/system ]] || echo "needs systemd as the running init; this machine has another one"
  local release
  release=$(os_release ID)-$(os_release VERSION_ID)
  case $release in
    debian-12 | debian-13) ;;
    *) echo "needs Debian 12 or 13; this is $(os_release PRETTY_NAME)" ;;
  esac
  has_ipv4 || echo "this machine has no IPv4 address beside its loopback; containers speak IPv4 alone, so give it one (IPv6 beside it is fine)"
  sshd_problems
  restic_problems
  edge_port_problems
}

# A route that does not lead through the loopback or one of Docker's own networks.
has_ipv4() {
  awk 'NR > 1 && $1 !~ /^(lo|docker|br-|veth|docker_gwbridge)/ { found = 1 } END { exit !found }' "$ROOT/proc/net/route"
}

sshd_problems() {
  if ! command -v sshd >/dev/null; then
    echo "the SSH server of this machine is not OpenSSH's sshd, which the platform configures; install openssh-server"
  elif ! grep -Eqi '^[[:space:]]*Include[[:space:]]+.*/etc/ssh/sshd_config\.d/\*\.conf' "$ROOT/etc/ssh/sshd_config"; then
    echo "/etc/ssh/sshd_config does not include /etc/ssh/sshd_config.d/*.conf; put that line at its beginning"
  fi
}

# The edge's ports must be free, or the edge's.
edge_port_problems() {
  command -v ss >/dev/null || return 0
  local port holder
  for port in 80 443; do
    holder=$(ss -H -ltnp "sport = :$port" | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | sort -u | paste -s -d ' ')
    if [[ $holder == docker-proxy ]]; then
      holder=$(docker ps --filter "publish=$port" --format '{{.Names}} {{.Label "com.docker.swarm.service.name"}}' \
        | awk 'NF == 1 { print $1 }' | paste -s -d ' ')
    fi
    [[ -z $holder ]] || echo "port $port is taken by $holder; the edge needs it"
  done
}

refuse_problems() {
  local problems sentence
  problems=$(
    machine_problems
    data_volume_problems
    docker_problems
  )
  [[ -z $problems ]] && return
  while IFS= read -r sentence; do printf '%s: %s\n' "$PROGRAM" "$sentence" >&2; done <<<"$problems"
  printf '%s: nothing was changed\n' "$PROGRAM" >&2
  exit 1
}
