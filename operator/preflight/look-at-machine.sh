# What a machine is, before anything on it is touched: one "key=value" a line on standard output. Reads only.
# Arguments: the stack's name, the mount point of the data file system, the directory of the loop file, where a restic is that
# was brought along, the stores' live directories.
# Run by operator/preflight/look-at-machine.ts as the user that logs in; where that is not root, through sudo.
set -eu
stack=$1
data_root=$2
loop_directory=$3
brought_restic=$4
live=$5

say() { printf '%s=%s\n' "$1" "$2"; }
available() { df --output=avail --block-size=1 "$1" 2>/dev/null | tail -n 1 | tr -d ' '; }

# The nearest directory above that exists: a fresh machine has none of ours yet.
existing() {
  path=$1
  while [ ! -d "$path" ]; do path=$(dirname "$path"); done
  echo "$path"
}

say user "$(id -un)"
say uid "$(id -u)"
# shellcheck disable=SC1091
. /etc/os-release
say os "${ID:-?}"
say osVersion "${VERSION_ID:-?}"
say osName "${PRETTY_NAME:-?}"
say architecture "$(uname -m)"
say init "$(cat /proc/1/comm)"
say cgroup "$(stat -f -c %T /sys/fs/cgroup)"
say clock "$(date +%s)"
say memory "$(awk '$1 == "MemTotal:" {print $2 * 1024}' /proc/meminfo)"
say processors "$(nproc)"
say systemFree "$(available "$(existing "$loop_directory")")"
if mountpoint -q "$data_root" 2>/dev/null; then
  say dataFree "$(available "$data_root")"
  say dataSize "$(df --output=size --block-size=1 "$data_root" | tail -n 1 | tr -d ' ')"
  # Files come and go meanwhile, which du reports as an error. Some millions take longer than an answer may; it is left out then.
  bytes=$(timeout 20 du -s -x --block-size=1 "$live" 2>/dev/null | cut -f 1) || true
  [ -z "$bytes" ] || say liveBytes "$bytes"
fi
say ipv4 "$(ip -4 -o address show scope global 2>/dev/null | wc -l)"
say defaultRoute4 "$(ip -4 route show default 2>/dev/null | wc -l)"
if command -v docker >/dev/null 2>&1 && docker info >/dev/null 2>&1; then
  say docker "$(docker version --format '{{.Server.Version}}')"
  say swarm "$(docker info --format '{{.Swarm.LocalNodeState}}')"
  docker ps --format '{{.Names}} {{.Label "com.docker.swarm.service.name"}} {{.Label "kaleem.stack"}}' | while read -r name service label; do
    [ -n "$service" ] || [ -n "$label" ] || say foreign "$name"
  done
  docker service ls --format '{{.Name}}' 2>/dev/null | while read -r name; do say service "$name"; done
fi
for port in 80 443; do
  holder=$(ss -Hltnp "sport = :$port" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | head -n 1)
  [ -z "$holder" ] || say "port$port" "$holder"
done
[ ! -e /var/lib/kaleem/managed-by.json ] || say managedBy "$(tr -d '\n' < /var/lib/kaleem/managed-by.json)"
[ ! -e /etc/kaleem/agent.json ] || say agentStack "$(sed -n 's/.*"stack": *"\([^"]*\)".*/\1/p' /etc/kaleem/agent.json | head -n 1)"

# Which restic this machine has, and which its distribution offers. A fresh machine has no package lists yet: they are then fetched
# into a directory of their own, which is removed again.
restic_version() { "$1" version 2>/dev/null | sed -n '1s/^restic \([0-9][0-9.]*\).*/\1/p'; }
offered_restic() {
  LC_ALL=C apt-cache "$@" policy restic 2>/dev/null | sed -n 's/^ *Candidate: *\([0-9]*:\)\{0,1\}\([0-9][0-9.]*\).*/\2/p'
}
offered_by_fresh_lists() {
  lists=$(mktemp -d)
  mkdir -p "$lists/lists/partial"
  # shellcheck disable=SC2064
  trap "rm -rf '$lists'" EXIT
  set -- -o "Dir::State::Lists=$lists/lists" -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache="
  LC_ALL=C timeout 90 apt-get "$@" -o "APT::Sandbox::User=root" -qq update >/dev/null 2>&1 || return 0
  offered_restic "$@"
}
found=$(command -v restic || true)
[ -z "$found" ] || say restic "$(restic_version "$found")"
[ ! -x "$brought_restic" ] || say resticBrought "$(restic_version "$brought_restic")"
offered=$(offered_restic)
if [ -z "$found" ] && [ -z "$offered" ]; then offered=$(offered_by_fresh_lists); fi
[ -z "$offered" ] || say resticOffered "$offered"
say asked "$stack"
