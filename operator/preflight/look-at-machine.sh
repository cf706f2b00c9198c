# What a machine is, before anything on it is touched: one "key=value" a line on standard output. Reads only.
# Arguments: the stack's name, the mount point of the data file system, the directory of the loop file, the stores' live directories.
# Run by operator/preflight/look-at-machine.ts as the user that logs in; where that is not root, through sudo.
set -eu
stack=$1
data_root=$2
loop_directory=$3
live=$4

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
say asked "$stack"
