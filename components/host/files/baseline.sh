#!/usr/bin/env bash
#
# Makes a Debian 12/13 or Ubuntu 24.04 machine fit for the platform. Idempotent; each step asserts its effect.
#
# Called by HostBaseline over SSH as root: bash -s -- <options> <this script
#   --data-root DIR            mount point of the data filesystem
#   --loop-file FILE --loop-size-gib N | --device DEVICE
#   --lineage FILE             present once the data root holds somebody's data
#   --fence FILE               created while there is no lineage: the edge then answers 503
#   --insecure-registry HOST:PORT   may repeat
#   --directory PATH:UID:GID:MODE   may repeat; parents first
# Output: one line a step. Exit: 0 done, 1 with a sentence on stderr, 2 wrong options.

set -euo pipefail

readonly LOG=/var/log/kaleem-baseline.log

DATA_ROOT=
LOOP_FILE=
LOOP_SIZE_GIB=
DEVICE=
LINEAGE=
FENCE=
INSECURE_REGISTRIES=()
DIRECTORIES=()

say() { printf 'baseline: %s\n' "$*"; }

fail() {
  printf 'baseline: %s\n' "$*" >&2
  exit 1
}

# Runs a chatty program: silent when it succeeds, its last words when it fails.
quietly() {
  if ! "$@" >>"$LOG" 2>&1; then
    tail -n 20 "$LOG" >&2
    fail "$1 failed (whole output in $LOG)"
  fi
}

# wait_until SECONDS SENTENCE COMMAND...: polls; fails with the sentence when the time is over.
wait_until() {
  local deadline=$((SECONDS + $1)) sentence=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "$sentence"
    sleep 0.5
  done
}

# Puts stdin at PATH with MODE, atomically, and tells in FILE_CHANGED whether that changed the content.
FILE_CHANGED=false
put_file() {
  local path=$1 mode=$2 temporary
  FILE_CHANGED=false
  # An existing directory keeps its mode.
  [[ -d $(dirname "$path") ]] || install -d -m 0755 "$(dirname "$path")"
  temporary=$(mktemp "$path.XXXXXX")
  cat >"$temporary"
  chmod "$mode" "$temporary"
  if [[ -f $path ]] && cmp -s "$temporary" "$path"; then
    chmod "$mode" "$path"
    rm "$temporary"
    return
  fi
  mv "$temporary" "$path"
  FILE_CHANGED=true
}

parse_options() {
  while (($# > 0)); do
    (($# > 1)) || {
      echo "baseline: $1 needs a value" >&2
      exit 2
    }
    case $1 in
      --data-root) DATA_ROOT=$2 ;;
      --loop-file) LOOP_FILE=$2 ;;
      --loop-size-gib) LOOP_SIZE_GIB=$2 ;;
      --device) DEVICE=$2 ;;
      --lineage) LINEAGE=$2 ;;
      --fence) FENCE=$2 ;;
      --insecure-registry) INSECURE_REGISTRIES+=("$2") ;;
      --directory) DIRECTORIES+=("$2") ;;
      *)
        echo "baseline: unknown option $1" >&2
        exit 2
        ;;
    esac
    shift 2
  done
  if [[ -z $DATA_ROOT || -z $LINEAGE || -z $FENCE || (-z $DEVICE && (-z $LOOP_FILE || -z $LOOP_SIZE_GIB)) ]]; then
    echo "baseline: needs --data-root, --lineage, --fence, and --device or --loop-file with --loop-size-gib" >&2
    exit 2
  fi
}

os_release() { sed -n "s/^$1=//p" /etc/os-release | tr -d '"'; }

require_system() {
  ((EUID == 0)) || fail "must run as root, runs as $(id -un)"
  [[ -d /run/systemd/system ]] || fail "needs systemd as the running init; this machine has another one"
  local id version
  id=$(os_release ID)
  version=$(os_release VERSION_ID)
  case "$id-$version" in
    debian-12 | debian-13 | ubuntu-24.04) ;;
    *) fail "needs Debian 12 or 13, or Ubuntu 24.04; this is $id $version" ;;
  esac
}

# Packages are installed only where their program is missing: a machine that has all needs no network.
install_packages() {
  local needed=(
    dockerd:docker.io docker:docker-cli node:nodejs restic:restic mkfs.xfs:xfsprogs nft:nftables openssl:openssl
    nsenter:util-linux unattended-upgrade:unattended-upgrades update-ca-certificates:ca-certificates
    debsums:debsums
  )
  local missing=() pair
  for pair in "${needed[@]}"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  # Any time service will do; without one the distribution's is taken.
  if ! compgen -G '/usr/sbin/chronyd' >/dev/null && [[ ! -x /usr/lib/systemd/systemd-timesyncd ]]; then
    missing+=(systemd-timesyncd)
  fi
  if ((${#missing[@]} == 0)); then
    say "packages: all there"
    return
  fi
  say "packages: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  quietly apt-get -o DPkg::Lock::Timeout=300 update
  # Debian 12 and Ubuntu have the client inside docker.io.
  if ! apt-cache show docker-cli >/dev/null 2>&1; then
    local kept=() name
    for name in "${missing[@]}"; do [[ $name == docker-cli ]] || kept+=("$name"); done
    missing=("${kept[@]}")
  fi
  quietly apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "${missing[@]}"
  for pair in "${needed[@]}"; do
    command -v "${pair%%:*}" >/dev/null || fail "${pair%%:*} is still missing after installing ${pair#*:}"
  done
}

backing() { if [[ -n $DEVICE ]]; then echo "$DEVICE"; else echo "$LOOP_FILE"; fi; }

# Never formats anything that carries a signature: a full volume attached to a new machine must survive.
format_data_volume() {
  local volume type wanted
  volume=$(backing)
  if [[ -n $LOOP_FILE ]]; then
    wanted=$((LOOP_SIZE_GIB * 1024 * 1024 * 1024))
    [[ -d $(dirname "$LOOP_FILE") ]] || install -d -m 0755 "$(dirname "$LOOP_FILE")"
    [[ -e $LOOP_FILE ]] || (umask 077 && truncate -s "$wanted" "$LOOP_FILE")
    if (($(stat -c %s "$LOOP_FILE") > wanted)); then
      fail "$LOOP_FILE has more than $LOOP_SIZE_GIB GiB; a data volume cannot shrink, set dataVolume.sizeGiB higher"
    fi
  else
    [[ -b $DEVICE ]] || fail "$DEVICE is not a block device; set dataVolume.device to one that is attached"
  fi
  type=$(blkid -p -s TYPE -o value "$volume" || [[ $? == 2 ]])
  if [[ -z $type ]]; then
    [[ -z $(blkid -p -o export "$volume" || [[ $? == 2 ]]) ]] || fail "$volume holds a partition table; give an empty volume"
    # Without the reverse map, which only online repair needs, sharing blocks costs a third: stores are paused for it.
    mkfs.xfs -q -m reflink=1,rmapbt=0 "$volume"
    say "data filesystem: made on $volume"
  elif [[ $type != xfs ]]; then
    fail "$volume holds $type; it is never formatted over. Give an empty volume, or wipe it yourself"
  fi
}

# A unit and not fstab: Docker can wait for it, and systemd says why when it fails.
mount_data_volume() {
  local unit changed options=noatime
  unit=$(systemd-escape --path --suffix=mount "$DATA_ROOT")
  [[ -n $DEVICE ]] || options=loop,noatime
  if ! mountpoint -q "$DATA_ROOT"; then
    install -d -m 0755 "$DATA_ROOT"
    [[ -z $(ls -A "$DATA_ROOT") ]] || fail "$DATA_ROOT holds files but no data filesystem is mounted there; move them away first"
  fi
  put_file "/etc/systemd/system/$unit" 0644 <<UNIT
[Unit]
Description=Data of the platform's stores

[Mount]
What=$(backing)
Where=$DATA_ROOT
Type=xfs
Options=$options

[Install]
WantedBy=local-fs.target
UNIT
  changed=$FILE_CHANGED
  put_file /etc/systemd/system/docker.service.d/kaleem.conf 0644 <<UNIT
# Without the data filesystem every store would start empty.
[Unit]
RequiresMountsFor=$DATA_ROOT
After=kaleem-firewall.service
Wants=kaleem-firewall.service
UNIT
  if [[ $changed == true || $FILE_CHANGED == true ]]; then systemctl daemon-reload; fi
  quietly systemctl enable --now "$unit"
  mountpoint -q "$DATA_ROOT" || fail "$DATA_ROOT is not mounted; see: systemctl status $unit"
  grow_data_filesystem
  assert_reflink
}

grow_data_filesystem() {
  [[ -n $LOOP_FILE ]] || return 0
  local wanted=$((LOOP_SIZE_GIB * 1024 * 1024 * 1024))
  (($(stat -c %s "$LOOP_FILE") < wanted)) || return 0
  truncate -s "$wanted" "$LOOP_FILE"
  losetup -c "$(findmnt -n -o SOURCE "$DATA_ROOT")"
  quietly xfs_growfs "$DATA_ROOT"
  say "data filesystem: grown to $LOOP_SIZE_GIB GiB"
}

# Recovery points are reflink copies; without them a point would copy all data while the stores are paused.
assert_reflink() {
  local probe
  probe=$(mktemp -d "$DATA_ROOT/.reflink.XXXXXX")
  echo probe >"$probe/from"
  if ! cp --reflink=always "$probe/from" "$probe/to" 2>>"$LOG"; then
    rm -r "$probe"
    fail "the filesystem at $DATA_ROOT cannot reflink; it was not made by this program. Give an empty volume"
  fi
  rm -r "$probe"
  say "data filesystem: XFS with reflink at $DATA_ROOT"
}

make_directories() {
  local entry path uid gid mode
  for entry in "${DIRECTORIES[@]}"; do
    IFS=: read -r path uid gid mode <<<"$entry"
    [[ $path == /* && -n $mode ]] || fail "wrong directory $entry; expected PATH:UID:GID:MODE"
    install -d -o "$uid" -g "$gid" -m "$mode" "$path"
  done
  put_file /etc/tmpfiles.d/kaleem.conf 0644 <<CONF
d /run/kaleem 0700 root root -
d /run/lock/kaleem 0700 root root -
CONF
  systemd-tmpfiles --create /etc/tmpfiles.d/kaleem.conf
  [[ -d /run/kaleem && -d /run/lock/kaleem ]] || fail "systemd-tmpfiles did not make /run/kaleem"
  say "directories: ${#DIRECTORIES[@]} with their owners"
}

# A data root that is nobody's must not be served as if it were the latest data.
close_edge() {
  if [[ -e $LINEAGE ]]; then
    say "data root: has a lineage"
  elif [[ -e $FENCE ]]; then
    say "data root: no lineage; the edge is closed"
  else
    put_file "$FENCE" 0644 <<<"# The edge answers 503 while this file is there: the data root has no lineage."
    say "data root: no lineage; the edge is closed now"
  fi
}

join_json() {
  local separator='' item
  for item in "$@"; do
    printf '%s"%s"' "$separator" "$item"
    separator=', '
  done
}

configure_docker() {
  local changed version
  put_file /etc/docker/daemon.json 0644 <<JSON
{
  "default-address-pools": [{ "base": "172.20.0.0/14", "size": 24 }],
  "insecure-registries": [$(join_json "${INSECURE_REGISTRIES[@]}")],
  "live-restore": false,
  "log-driver": "json-file",
  "log-opts": { "labels": "com.docker.swarm.service.name", "max-file": "3", "max-size": "10m" }
}
JSON
  changed=$FILE_CHANGED
  quietly systemctl enable docker.service
  if [[ $changed == true ]] || ! systemctl is-active --quiet docker.service; then
    quietly systemctl restart docker.service
  fi
  wait_until 60 "Docker does not answer; see: journalctl -u docker" docker info
  version=$(docker version --format '{{.Server.Version}}')
  printf '%s\n20.10\n' "$version" | sort -V -C -r || fail "needs Docker 20.10 or later, got $version"
  [[ $(docker info --format '{{.LoggingDriver}}') == json-file ]] || fail "Docker did not take /etc/docker/daemon.json; see: journalctl -u docker"
  say "docker: $version"
}

# On the loopback, so that the swarm survives a change of address; ports of other hosts come with the second host.
start_swarm() {
  local state
  state=$(docker info --format '{{.Swarm.LocalNodeState}}')
  if [[ $state == inactive ]]; then
    quietly docker swarm init --advertise-addr 127.0.0.1 --listen-addr 127.0.0.1:2377 \
      --default-addr-pool 172.24.0.0/14 --default-addr-pool-mask-length 24
  fi
  wait_until 60 "the swarm has no manager here (state: $state); see: docker info" has_manager
  docker node update --label-add kaleem.stores=true "$(docker info --format '{{.Swarm.NodeID}}')" >>"$LOG"
  [[ $(docker node inspect self --format '{{index .Spec.Labels "kaleem.stores"}}') == true ]] \
    || fail "the node did not take the label kaleem.stores"
  say "swarm: manager, holds the stores"
}

has_manager() { [[ $(docker info --format '{{.Swarm.ControlAvailable}}') == true ]]; }

configure_sshd() {
  local changed path=/etc/ssh/sshd_config.d/00-kaleem.conf wanted effective
  if [[ -f $path ]]; then cp -p "$path" "$path.previous"; fi
  put_file "$path" 0644 <<CONF
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
X11Forwarding no
AllowAgentForwarding no
# Tunnels to the dashboards go out from here; nobody opens one back.
AllowTcpForwarding local
TCPKeepAlive no
ClientAliveInterval 60
ClientAliveCountMax 2
MaxAuthTries 3
LogLevel VERBOSE
# What ssh-audit fails or warns about: curves of unclear origin, SHA-1, MACs that are too short or made before encryption.
KexAlgorithms -ecdh-sha2-nistp*
HostKeyAlgorithms -ecdsa-*,sk-ecdsa-*
MACs -hmac-sha1*,umac-64*,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512
# Pulumi opens many connections at once.
MaxStartups 100:30:200
MaxSessions 50
CONF
  changed=$FILE_CHANGED
  if ! sshd -t 2>>"$LOG"; then
    if [[ -f $path.previous ]]; then mv "$path.previous" "$path"; else rm "$path"; fi
    fail "sshd refuses the new configuration; the old one is back (see $LOG)"
  fi
  rm -f "$path.previous"
  if [[ $changed == true ]]; then quietly systemctl reload ssh.service; fi
  effective=$(sshd -T)
  for wanted in 'passwordauthentication no' 'kbdinteractiveauthentication no' 'permitrootlogin without-password' \
    'maxstartups 100:30:200' 'maxsessions 50' 'maxauthtries 3' 'allowtcpforwarding local'; do
    grep -qix "$wanted" <<<"$effective" || fail "sshd does not have \"$wanted\"; another file in /etc/ssh overrides it"
  done
  ! grep -Eq '^(kexalgorithms|hostkeyalgorithms|macs) .*(nistp|sha1)' <<<"$effective" \
    || fail "sshd offers weak algorithms; another file in /etc/ssh overrides them"
  say "sshd: keys only"
}

# A table of its own, never "flush ruleset": Docker's rules live beside it. It hooks in before Docker's, and what Docker
# publishes is judged by the port that the client asked for (ct original), since Docker has rewritten it by then.
configure_firewall() {
  local changed
  put_file /etc/kaleem/firewall.nft 0644 <<'NFT'
# Only 22, 80 and 443 answer from outside, whatever runs here.
table inet kaleem
delete table inet kaleem

table inet kaleem {
  chain input {
    type filter hook input priority filter - 10; policy drop;
    iifname "lo" accept
    ct state established,related accept
    ct state invalid drop
    iifname { "docker0", "docker_gwbridge", "br-*", "veth*" } accept
    meta l4proto { icmp, ipv6-icmp } accept
    udp sport 67 udp dport 68 accept
    tcp dport { 22, 80, 443 } accept
  }

  chain forward {
    type filter hook forward priority filter - 10; policy drop;
    ct state established,related accept
    ct state invalid drop
    iifname { "docker0", "docker_gwbridge", "br-*", "veth*" } accept
    meta l4proto tcp ct status dnat ct original proto-dst { 80, 443 } accept
  }
}
NFT
  changed=$FILE_CHANGED
  put_file /etc/systemd/system/kaleem-firewall.service 0644 <<'UNIT'
[Unit]
Description=Firewall of the platform: 22, 80 and 443 only
DefaultDependencies=no
After=local-fs.target
Before=network-pre.target docker.service shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft --file /etc/kaleem/firewall.nft
ExecReload=/usr/sbin/nft --file /etc/kaleem/firewall.nft
CapabilityBoundingSet=CAP_NET_ADMIN
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RestrictAddressFamilies=AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077

[Install]
WantedBy=sysinit.target
UNIT
  if [[ $FILE_CHANGED == true ]]; then changed=true; fi
  nft --check --file /etc/kaleem/firewall.nft || fail "nftables refuses /etc/kaleem/firewall.nft"
  if [[ $changed == true ]]; then
    systemctl daemon-reload
    quietly systemctl enable kaleem-firewall.service
    quietly systemctl restart kaleem-firewall.service
  else
    quietly systemctl enable --now kaleem-firewall.service
  fi
  [[ $(nft list chain inet kaleem forward) == *'policy drop'* ]] || fail "the firewall is not loaded; see: systemctl status kaleem-firewall"
  say "firewall: 22, 80 and 443 only"
}

configure_upgrades() {
  put_file /etc/apt/apt.conf.d/52kaleem-upgrades 0644 <<'CONF'
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
// An upgrade of Docker restarts every store: that is done by hand, after a recovery point.
Unattended-Upgrade::Package-Blacklist { "docker"; "containerd"; "runc"; };
CONF
  quietly systemctl enable apt-daily.timer apt-daily-upgrade.timer
  [[ $(apt-config shell VALUE APT::Periodic::Unattended-Upgrade) == "VALUE='1'" ]] \
    || fail "unattended upgrades are off; another file in /etc/apt/apt.conf.d overrides it"
  say "security upgrades: daily, without Docker"
}

configure_time() {
  if systemd-detect-virt --quiet --container; then
    say "time: this is a container, its clock is the machine's outside; nothing to set"
    return
  fi
  quietly timedatectl set-ntp true
  [[ $(timedatectl show --property=NTP --value) == yes ]] || fail "time synchronisation is off; see: timedatectl"
  say "time: synchronised"
}

limit_journal() {
  put_file /etc/systemd/journald.conf.d/kaleem.conf 0644 <<'CONF'
[Journal]
SystemMaxUse=500M
MaxRetentionSec=1month
CONF
  if [[ $FILE_CHANGED == true ]]; then quietly systemctl restart systemd-journald.service; fi
  [[ $(systemd-analyze cat-config systemd/journald.conf) == *'SystemMaxUse=500M'* ]] || fail "journald did not take its limits"
  say "journal: 500 MB, one month"
}

main() {
  parse_options "$@"
  require_system
  install_packages
  configure_sshd
  format_data_volume
  mount_data_volume
  make_directories
  close_edge
  configure_firewall
  configure_docker
  start_swarm
  configure_upgrades
  configure_time
  limit_journal
  say "done"
}

main "$@"
