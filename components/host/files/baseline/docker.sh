# shellcheck shell=bash
#
# Docker, configured beside what its owner has configured already, and restarted only where that cannot be avoided.

readonly DAEMON_JSON=$ROOT/etc/docker/daemon.json
# What the platform wanted when it last wrote, so that its own keys are told from the owner's.
readonly DOCKER_STATE=$ROOT/var/lib/kaleem/docker
# What Docker takes over without a restart.
readonly RELOADABLE=insecure-registries
readonly DOCKER_LEAST=20.10

# merge_daemon_json TARGET: the merged configuration; MERGE_CHANGED names the keys that differ.
# Non-zero, with one sentence a conflict on stdout, when it cannot be merged.
MERGE_CHANGED=
merge_daemon_json() {
  local target=$1 ours output code=0
  ours=$(mktemp)
  carried daemon.json >"$ours"
  output=$(perl -e "$(carried merge-daemon-json.pl)" \
    "$DAEMON_JSON" "$ours" "$DOCKER_STATE/wanted.json" "${INSECURE_REGISTRIES[@]}" 2>&1) || code=$?
  rm "$ours"
  if ((code != 0)); then
    echo "$output"
    return 1
  fi
  MERGE_CHANGED=${output%%$'\n'*}
  printf '%s\n' "${output#*$'\n'}" >"$target"
}

docker_answers() { docker info >/dev/null 2>&1; }

# Running containers that are not the platform's, by name.
foreign_containers() {
  local filter='{{.Names}} {{.Label "com.docker.swarm.service.name"}}'
  # Where the node does not hold the stores yet, a swarm's tasks are somebody else's too.
  if [[ $(docker node inspect self --format '{{index .Spec.Labels "kaleem.stores"}}' 2>/dev/null) != true ]]; then
    filter='{{.Names}}'
  fi
  docker ps --format "$filter" | awk 'NF == 1 { print $1 }' | sort | paste -s -d ' '
}

# Whether a run was cut off between writing our keys and putting them into effect. What the owner has changed since is not
# ours to put into effect.
was_cut_off() {
  [[ -f $DAEMON_JSON ]] || return 1
  if wanted_json false | cmp -s - "$DOCKER_STATE/wanted.json"; then return 1; fi
  local started
  started=$(date +%s -d "$(systemctl show docker.service --property=ActiveEnterTimestamp --value)" 2>/dev/null || echo 0)
  (($(stat -c %Y "$DAEMON_JSON") > started))
}

needs_restart() {
  local key
  for key in $MERGE_CHANGED; do
    [[ " $RELOADABLE " == *" $key "* ]] || return 0
  done
  was_cut_off
}

# Prints why Docker cannot be used, one sentence a line; nothing when it can. Changes nothing.
docker_problems() {
  command -v dockerd >/dev/null || return 0
  local merged flags flag version others
  merged=$(mktemp)
  if ! merge_daemon_json "$merged"; then
    rm "$merged"
    return
  fi
  rm "$merged"
  flags=$(systemctl show docker.service --property=ExecStart --value 2>/dev/null || true)
  for flag in default-address-pool live-restore log-driver log-opt insecure-registry userns-remap iptables=false; do
    # Given twice, dockerd refuses to start.
    [[ $flags != *" --$flag"* ]] \
      || echo "docker.service starts dockerd with --$flag, which the platform has to set in /etc/docker/daemon.json; move it there, or leave it out"
  done
  docker_answers || return 0
  version=$(docker version --format '{{.Server.Version}}')
  at_least "$version" "$DOCKER_LEAST" || echo "needs Docker $DOCKER_LEAST or later, this is $version"
  swarm_problems
  others=$(foreign_containers)
  # Without a swarm Docker can leave containers running while it restarts; with one it cannot.
  if [[ -n $others && $(swarm_state) == active ]] && needs_restart; then
    echo "Docker has to be restarted for ${MERGE_CHANGED:-its changed daemon.json}, which would stop containers that are not the platform's ($others); stop them, or set ${MERGE_CHANGED:-it} in /etc/docker/daemon.json yourself and restart Docker when it suits"
  fi
}

configure_docker() {
  local problems merged version previous=''
  problems=$(docker_problems)
  [[ -z $problems ]] || fail "$problems"
  merged=$(mktemp)
  merge_daemon_json "$merged" || fail "/etc/docker/daemon.json cannot be merged"
  local restart=false reload=false
  if [[ -n $MERGE_CHANGED ]]; then
    if needs_restart; then restart=true; else reload=true; fi
    install -d -m 0700 "$DOCKER_STATE"
    if [[ -f $DAEMON_JSON ]]; then
      previous=$DOCKER_STATE/previous.json
      cp -p "$DAEMON_JSON" "$previous"
    fi
    put_file "$DAEMON_JSON" 0644 <"$merged"
  elif was_cut_off; then
    restart=true
  fi
  rm "$merged"
  quietly systemctl enable docker.service
  if [[ $restart == true ]] || ! systemctl is-active --quiet docker.service; then
    restart_docker || put_daemon_json_back "$previous"
  elif [[ $reload == true ]]; then
    quietly systemctl reload docker.service
  fi
  wait_until 60 "Docker does not answer; see: journalctl -u docker" docker info
  record_daemon_json
  version=$(docker version --format '{{.Server.Version}}')
  at_least "$version" "$DOCKER_LEAST" || fail "needs Docker $DOCKER_LEAST or later, got $version"
  [[ $(docker info --format '{{.LoggingDriver}}') == json-file ]] || fail "Docker did not take /etc/docker/daemon.json; see: journalctl -u docker"
  if [[ $LOGIN_USER != root ]]; then
    usermod --append --groups docker "$LOGIN_USER"
    [[ " $(id -nG "$LOGIN_USER") " == *' docker '* ]] || fail "$LOGIN_USER did not join the group docker"
  fi
  show_logs_of_another_root
  say "docker: $version"
}

# Containers of others go on running: Docker leaves them alone while live-restore is on, which it takes over without a restart,
# and which must be off again before there is a swarm.
restart_docker() {
  local merged
  if ! docker_answers || [[ -z $(foreign_containers) || $(swarm_state) == active ]]; then
    systemctl restart docker.service >>"$LOG" 2>&1
    return
  fi
  say "docker: restarting beside $(foreign_containers), which stay up"
  merged=$(cat "$DAEMON_JSON")
  # Known as ours should this be cut off.
  record_daemon_json true
  put_file "$DAEMON_JSON" 0644 <<<"${merged/'"live-restore": false'/'"live-restore": true'}"
  systemctl reload docker.service >>"$LOG" 2>&1 || return
  wait_until 30 "Docker does not take live-restore, and would stop other containers when it restarts" keeps_containers
  systemctl restart docker.service >>"$LOG" 2>&1 || return
  put_file "$DAEMON_JSON" 0644 <<<"$merged"
  systemctl reload docker.service >>"$LOG" 2>&1
}

keeps_containers() { [[ $(docker info --format '{{.LiveRestoreEnabled}}') == true ]]; }

put_daemon_json_back() {
  if [[ -n $1 ]]; then cp -p "$1" "$DAEMON_JSON"; else rm -f "$DAEMON_JSON"; fi
  systemctl restart docker.service >>"$LOG" 2>&1 || true
  fail "Docker does not start with the merged /etc/docker/daemon.json; the former one is back. See: journalctl -u docker"
}

# record_daemon_json [LIVE_RESTORE]: ours as it is in effect now, for the next merge.
record_daemon_json() {
  install -d -m 0700 "$DOCKER_STATE"
  wanted_json "${1:-false}" | put_file "$DOCKER_STATE/wanted.json" 0600
}

wanted_json() {
  local registries='' registry
  for registry in "${INSECURE_REGISTRIES[@]}"; do registries+="${registries:+, }\"$registry\""; done
  carried daemon.json \
    | sed -e "s|\"insecure-registries\": \[\]|\"insecure-registries\": [$registries]|" \
      -e "s|\"live-restore\": false|\"live-restore\": $1|"
}

# Where Docker keeps its files elsewhere, containers' logs are still looked for at Docker's own path.
show_logs_of_another_root() {
  local docker_root unit
  docker_root=$(docker info --format '{{.DockerRootDir}}')
  unit=var-lib-docker-containers.mount
  if [[ $docker_root == /var/lib/docker ]]; then return; fi
  carried container-logs.mount | sed "s|@DOCKER_ROOT@|$docker_root|" | put_file "$ROOT/etc/systemd/system/$unit" 0644
  if [[ $FILE_CHANGED == true ]]; then systemctl daemon-reload; fi
  quietly systemctl enable --now "$unit"
  say "docker: its files are in $docker_root"
}
