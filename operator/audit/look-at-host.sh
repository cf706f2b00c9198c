# Shows what an audit of the platform's host judges: one JSON object a line. Run by the program over SSH: bash -s -- full|fast RESTIC <this script
#   {"sshd": …}        sshd's effective settings, in base64
#   {"sshPort": …}     a port that sshd listens on beyond the loopback, or systemd for it
#   {"listening": …}   a TCP port that anything listens on beyond the loopback
#   {"restic": …}      the agent's restic: RESTIC where one was brought along there, else the distribution's
#   {"state": …}       whether what guards the access runs
#   {"unit": …}        the exposure that systemd-analyze gives each unit of ours
#   {"container": …}   docker inspect of each running task
#   {"sshAudit": …}    what ssh-audit fails, in base64                     (full)
#   {"lynis": …}       the hardening index, and suggestions in base64      (full)
# The two programs of a full audit are installed for it and removed again. Exit: 0 done, else the failed program's own words.
set -euo pipefail

encode() { base64 -w0; }

printf '{"sshd":"%s"}\n' "$(sshd -T | encode)"

ssh_ports() {
  {
    ss -H -ltnp | awk '/users:\(\("sshd"/ { print $4 }'
    if systemctl is-active --quiet ssh.socket; then
      systemctl show ssh.socket --property=Listen --value | tr ' ' '\n'
    fi
  } | sed -n '/^127\./d; /^\[::1\]/d; s/^.*:\([0-9][0-9]*\)$/\1/p; s/^\([0-9][0-9]*\)$/\1/p' | sort -nu
}
for port in $(ssh_ports); do printf '{"sshPort":%s}\n' "$port"; done

for port in $(ss -H -ltn | awk '{ print $4 }' | sed -n '/^127\./d; /^\[::1\]/d; s/^.*:\([0-9][0-9]*\)$/\1/p' | sort -nu); do
  printf '{"listening":%s}\n' "$port"
done

brought=$2
restic_version() { { "$1" version 2>/dev/null || true; } | sed -n '1s/^restic \([0-9][0-9.]*\).*/\1/p'; }
if [[ -e $brought ]]; then
  pinned=false
  if sha256sum --check --status "$brought.sha256" 2>/dev/null; then pinned=true; fi
  printf '{"restic":{"version":"%s","from":"brought along","pinned":%s}}\n' "$(restic_version "$brought")" "$pinned"
else
  printf '{"restic":{"version":"%s","from":"distribution","pinned":true}}\n' "$(restic_version restic)"
fi

for unit in kaleem-firewall.service kaleem-access.timer; do
  printf '{"state":{"name":"%s","active":"%s"}}\n' "$unit" "$(systemctl is-active "$unit" || true)"
done

for path in /etc/systemd/system/kaleem-*.service; do
  unit=${path##*/}
  exposure=$(systemd-analyze security --no-pager "${unit/@./@audit.}" | sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
  printf '{"unit":{"name":"%s","exposure":%s}}\n' "$unit" "${exposure:-10}"
done

for container in $(docker ps --quiet --filter label=com.docker.swarm.service.name); do
  if seen=$(docker inspect --format '{{json .}}' "$container"); then
    printf '{"container":%s}\n' "$seen"
  else
    # One that ended since it was listed is not judged.
    still=$(docker ps --quiet --filter "id=$container")
    [[ -z $still ]]
  fi
done

[[ $1 == full ]] || exit 0

missing=()
for program in lynis ssh-audit; do command -v "$program" >/dev/null || missing+=("$program"); done
if ((${#missing[@]} > 0)); then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update >&2
  apt-get -qq install --yes --no-install-recommends "${missing[@]}" >/dev/null
  trap 'apt-get -qq purge --yes --auto-remove "${missing[@]}" >/dev/null' EXIT
fi
# ssh-audit ends with 2 or 3 when it has warnings or failures: they are its answer.
port=$(ssh_ports | head -n 1)
said=$(ssh-audit --no-colors --port "${port:-22}" 127.0.0.1) || (($? == 2 || $? == 3))
printf '{"sshAudit":"%s"}\n' "$(sed -n '/\[fail\]/p' <<<"$said" | encode)"
report=$(mktemp)
lynis audit system --quick --no-colors --quiet --report-file "$report" >/dev/null 2>&1 || [[ -s $report ]]
index=$(sed -n 's/^hardening_index=//p' "$report")
printf '{"lynis":{"index":%s,"suggestions":"%s"}}\n' "${index:-0}" "$(sed -n 's/^suggestion\[\]=//p' "$report" | encode)"
rm "$report"
