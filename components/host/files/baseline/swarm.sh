# shellcheck shell=bash
#
# A swarm of one.

swarm_state() { docker info --format '{{.Swarm.LocalNodeState}}'; }

has_manager() { [[ $(docker info --format '{{.Swarm.ControlAvailable}}') == true ]]; }

swarm_problems() {
  [[ $(swarm_state) == active ]] || return 0
  if ! has_manager; then
    echo "this machine is a worker of another swarm; take it out of it first (docker swarm leave)"
  elif (($(docker info --format '{{.Swarm.Nodes}}') > 1)); then
    echo "this machine's swarm has other nodes; the platform wants one of its own"
  fi
}

# On the loopback, so that the swarm survives a change of address; ports of other hosts come with the second host.
start_swarm() {
  local state
  state=$(swarm_state)
  if [[ $state == inactive ]]; then
    # What it says holds the key to join: into no log.
    docker swarm init --advertise-addr 127.0.0.1 --listen-addr 127.0.0.1:2377 \
      --default-addr-pool 172.24.0.0/14 --default-addr-pool-mask-length 24 >/dev/null 2>>"$LOG" \
      || fail "docker swarm init failed: $(tail -n 3 "$LOG")"
  fi
  wait_until 60 "the swarm has no manager here (state: $state); see: docker info" has_manager
  docker node update --label-add kaleem.stores=true "$(docker info --format '{{.Swarm.NodeID}}')" >>"$LOG"
  [[ $(docker node inspect self --format '{{index .Spec.Labels "kaleem.stores"}}') == true ]] \
    || fail "the node did not take the label kaleem.stores"
  say "swarm: manager, holds the stores"
}
