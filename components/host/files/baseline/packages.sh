# shellcheck shell=bash
#
# The distribution's packages. Nothing is fetched where every program is there.

# Longer than a first boot's own upgrades take on a small machine.
readonly APT_PATIENCE=1200
readonly CLOUD_INIT_PATIENCE=600

# A first boot still writes users, keys and package lists.
await_first_boot() {
  command -v cloud-init >/dev/null || return 0
  local code=0
  with_heartbeat timeout "$CLOUD_INIT_PATIENCE" cloud-init status --wait >>"$LOG" 2>&1 || code=$?
  case $code in
    0) ;;
    124) fail "the machine's first boot is not finished after $CLOUD_INIT_PATIENCE s; see: cloud-init status --long" ;;
    # It tells what went wrong in its own configuration, which is not ours to judge.
    *) say "first boot: cloud-init ended with $code; see: cloud-init status --long" ;;
  esac
}

# apt ARGUMENT...: apt-get, which by itself waits for dpkg's lock alone, and fails at once on that of the lists or the archives.
apt() {
  local deadline=$((SECONDS + APT_PATIENCE)) output told=false mended=false
  output=$(mktemp)
  until with_heartbeat apt-get -o DPkg::Lock::Timeout=60 -o Acquire::Retries=3 -o Dpkg::Options::=--force-confold "$@" \
    >"$output" 2>&1; do
    cat "$output" >>"$LOG"
    if grep -q 'dpkg was interrupted' "$output" && [[ $mended == false ]]; then
      # An earlier run was cut off in the middle of an installation.
      mended=true
      quietly dpkg --force-confold --configure -a
    elif grep -Eq 'Could not get lock|Unable to (acquire|lock)|is another process using it' "$output"; then
      ((SECONDS < deadline)) || apt_failed "$output" "another package manager has held its lock for $APT_PATIENCE s; see: ps -e | grep -E 'apt|dpkg|unattended'"
      [[ $told == true ]] || say "packages: waiting for another package manager to finish"
      told=true
      sleep 3
    elif grep -Eqi 'not valid yet|not live until|not yet valid' "$output"; then
      apt_failed "$output" "the machine's clock says $(date -u '+%F %T') UTC, which the package lists call the past; set it (date --set) and run this again"
    else
      apt_failed "$output" "apt-get $1 failed (whole output in $LOG)"
    fi
  done
  cat "$output" >>"$LOG"
  rm "$output"
}

apt_failed() {
  tail -n 20 "$1" >&2
  rm "$1"
  fail "$2"
}

# leave_out NAME: from what install_packages would install.
leave_out() {
  local kept=() name
  for name in "${missing[@]}"; do [[ $name == "$1" ]] || kept+=("$name"); done
  missing=("${kept[@]}")
}

install_packages() {
  local needed=(
    dockerd:docker.io docker:docker-cli node:nodejs mkfs.xfs:xfsprogs nft:nftables openssl:openssl nsenter:util-linux
    ss:iproute2 unattended-upgrade:unattended-upgrades update-ca-certificates:ca-certificates debsums:debsums
  )
  local missing=() pair
  for pair in "${needed[@]}"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  # Any time service will do; without one the distribution's is taken.
  has_time_service || missing+=(systemd-timesyncd)
  has_restic || missing+=(restic)
  if ((${#missing[@]} == 0)); then
    say "packages: all there"
    return
  fi
  export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
  apt update
  local problem offered
  problem=$(restic_problems)
  [[ -z $problem ]] || fail "$problem"
  # Debian 12 has the client inside docker.io.
  if ! apt-cache show docker-cli >/dev/null 2>&1; then leave_out docker-cli; fi
  # An old one would never be used.
  offered=$(offered_restic)
  if [[ -n $RESTIC_FILE ]] && { [[ -z $offered ]] || ! at_least "$offered" "$RESTIC_LEAST"; }; then leave_out restic; fi
  if ((${#missing[@]} == 0)); then
    say "packages: all there"
    return
  fi
  say "packages: installing ${missing[*]}"
  apt install --yes --no-install-recommends "${missing[@]}"
  for pair in "${needed[@]}"; do
    command -v "${pair%%:*}" >/dev/null || fail "${pair%%:*} is still missing after installing ${pair#*:}"
  done
}
