# shellcheck shell=bash
#
# Who may reach this machine: sshd's settings and the firewall. A change of either undoes itself unless a connection that was
# opened after it confirms it, so that no mistake locks anybody out, not even over a restart.
#
#   access apply --connection C [--host-key-type T]     puts both into effect, and starts the time in which they are undone
#   access confirm --connection C [--host-key-type T]   keeps them: over another connection than apply's
#   access undo [--before-boot]                         puts the former files back; called by systemd
#   access check --metrics DIR                          whether what is in effect is what was wanted
#     C  "$SSH_CONNECTION": client's address and port, this machine's address and port
#     T  type of the host key that the stack pins; it stays offered
# Exit: 0 done or as wanted, 1 with sentences on stderr, 2 wrong use.

# Long enough for the program's next connection on a busy machine, short enough to wait for.
readonly CONFIRM_SECONDS=180
readonly STATE=$ROOT/var/lib/kaleem/access
readonly PENDING=$STATE/pending
readonly SSHD_FILE=/etc/ssh/sshd_config.d/00-kaleem.conf
readonly RULES=/etc/kaleem/firewall.nft
readonly FIREWALL_UNIT=/etc/systemd/system/kaleem-firewall.service
readonly MANAGED=("$SSHD_FILE" "$RULES" "$FIREWALL_UNIT")
readonly UNDO_UNIT=/etc/systemd/system/kaleem-access-undo.service
readonly UNDO_TIMER=kaleem-access-undo-timer
readonly ITSELF=/usr/local/lib/kaleem/access
readonly WANTED_SETTINGS=(
  'passwordauthentication no' 'kbdinteractiveauthentication no' 'permitrootlogin without-password'
  'maxstartups 100:30:200' 'maxsessions 50' 'maxauthtries 3' 'allowtcpforwarding local' 'clientaliveinterval 30'
)

CONNECTION=
HOST_KEY_TYPE=
METRICS=
BEFORE_BOOT=false

parse_options() {
  while (($# > 0)); do
    case $1 in
      --before-boot)
        BEFORE_BOOT=true
        shift
        continue
        ;;
      --connection | --host-key-type | --metrics) (($# > 1)) || wrong_use "$1 needs a value" ;;
      *) wrong_use "unknown option $1" ;;
    esac
    case $1 in
      --connection) CONNECTION=$2 ;;
      --host-key-type) HOST_KEY_TYPE=$2 ;;
      --metrics) METRICS=$2 ;;
    esac
    shift 2
  done
}

needs_connection() {
  [[ $CONNECTION =~ ^[^\ ]+\ [0-9]+\ [^\ ]+\ [0-9]+$ ]] \
    || wrong_use "--connection must be \$SSH_CONNECTION, got \"$CONNECTION\"; this works over SSH alone"
}

# Every port that an sshd listens on or will after its next reload, and the one that this connection came in by: with a
# port that is mapped outside, the number in the stack's file means nothing here.
ssh_ports() {
  {
    if systemctl is-active --quiet ssh.socket; then
      systemctl show ssh.socket --property=Listen --value
    else
      { sshd -T 2>/dev/null || true; } | sed -n 's/^listenaddress //p'
    fi | tr ' ' '\n' | sed -n '/^127\./d; /^\[::1\]/d; s/^.*:\([0-9][0-9]*\)$/\1/p; s/^\([0-9][0-9]*\)$/\1/p'
    listeners | awk '$3 == "sshd" { sub("tcp/", "", $1); print $1 }'
    if [[ -n $CONNECTION ]]; then echo "${CONNECTION##* }"; fi
  } | sort -nu
}

# What listens beyond the loopback: `tcp/22 0.0.0.0 sshd`, a line each. UDP's short-lived ports are clients'.
listeners() {
  {
    ss -H -ltnp | sed 's/^/tcp /'
    ss -H -lunp | sed 's/^/udp /'
  } | awk '
    {
      match($0, /users:\(\("[^"]+"/)
      name = RSTART ? substr($0, RSTART + 9, RLENGTH - 10) : "kernel"
      local = $5; port = local; sub(/^.*:/, "", port)
      address = substr(local, 1, length(local) - length(port) - 1)
      sub(/%.*/, "", address)
      if (address ~ /^127\./ || address ~ /^\[?::1\]?$/ || address ~ /^\[?::ffff:127\./) next
      if ($1 == "udp" && port + 0 >= 32768) next
      print $1 "/" port, address, name
    }' | sort -u
}

render_sshd() {
  if [[ $HOST_KEY_TYPE == ecdsa-* || $HOST_KEY_TYPE == sk-ecdsa-* ]]; then
    # The stack knows the machine by this key alone.
    carried sshd.conf | sed '/^HostKeyAlgorithms -ecdsa/d'
  else
    carried sshd.conf
  fi
}

render_rules() { carried firewall.nft | sed "s/@SSH_PORTS@/$(paste -s -d ',' <<<"$1" | sed 's/,/, /g')/"; }

# The wanted files, below $STATE/wanted.
render() {
  local ports
  ports=$(ssh_ports)
  [[ -n $ports ]] || fail "cannot tell on which ports sshd listens, so the firewall was not touched; see: sshd -T, ss -ltnp"
  rm -rf "$STATE/wanted"
  render_sshd | put_file "$STATE/wanted$SSHD_FILE" 0644
  render_rules "$ports" | put_file "$STATE/wanted$RULES" 0644
  carried kaleem-firewall.service | put_file "$STATE/wanted$FIREWALL_UNIT" 0644
}

files_differ() {
  local file
  for file in "${MANAGED[@]}"; do
    cmp -s "$STATE/wanted$file" "$ROOT$file" || return 0
  done
  return 1
}

# Prints what of sshd is not as wanted, a sentence a line.
sshd_findings() {
  local effective wanted
  effective=$(sshd -T 2>>"$LOG") || {
    echo "sshd refuses its own configuration; see: sshd -t"
    return
  }
  for wanted in "${WANTED_SETTINGS[@]}"; do
    grep -qix "$wanted" <<<"$effective" || echo "sshd does not have \"$wanted\"; another file in /etc/ssh overrides it"
  done
  # An ECDSA host key stays where the stack pins it.
  local weak='^(kexalgorithms|hostkeyalgorithms|macs) .*(nistp|sha1)'
  [[ $HOST_KEY_TYPE != *ecdsa-* ]] || weak='^(kexalgorithms|macs) .*(nistp|sha1)'
  ! grep -Eq "$weak" <<<"$effective" || echo "sshd offers weak algorithms; another file in /etc/ssh overrides them"
}

# Prints what of the firewall is not as wanted. The wanted rules are loaded where it touches nothing, in a network of its own,
# so that both sides are written by the same nft.
firewall_findings() {
  local wanted live
  if ! live=$(nft --stateless list table inet kaleem 2>/dev/null); then
    echo "the firewall is not loaded; see: systemctl status kaleem-firewall"
    return
  fi
  # shellcheck disable=SC2016 # of the inner shell
  wanted=$(unshare --net sh -c 'nft --file "$1" && nft --stateless list table inet kaleem' sh "$STATE/wanted$RULES") || {
    echo "the wanted firewall cannot be loaded to compare it"
    return
  }
  [[ $live == "$wanted" ]] || echo "the firewall is not the one that was applied: $(diff <(echo "$wanted") <(echo "$live") | sed -n 's/^\([<>]\) */\1 /p' | paste -s -d ';')"
}

in_effect() { [[ -z $(sshd_findings) && -z $(firewall_findings) ]] && systemctl is-enabled --quiet kaleem-firewall.service; }

reload_sshd() { systemctl try-reload-or-restart ssh.service >>"$LOG" 2>&1; }

apply() {
  needs_connection
  if [[ -e $PENDING ]]; then
    # Left by a run that was cut off. Whoever is here over another connection has come in by it.
    if [[ $(connection_of_pending) == "$CONNECTION" ]]; then undo_now; else keep; fi
  fi
  render
  if ! files_differ && in_effect; then
    note_listeners
    say "unchanged, ports $(ports_told)"
    return
  fi
  nft --check --file "$STATE/wanted$RULES" || fail "nftables refuses the new firewall; nothing was changed"
  save_former
  arm
  local file
  for file in "${MANAGED[@]}"; do put_file "$ROOT$file" 0644 <"$STATE/wanted$file"; done
  if ! activate; then
    undo_now
    exit 1
  fi
  say "in effect, ports $(ports_told); undone in $CONFIRM_SECONDS s unless a new connection confirms it"
}

ports_told() { sed -n 's/.*tcp dport { \(.*\) } accept.*/\1/p' "$ROOT$RULES"; }

activate() {
  local findings
  if ! sshd -t 2>>"$LOG"; then
    echo "$PROGRAM: sshd refuses the new configuration; the old one is back (see $LOG)" >&2
    return 1
  fi
  systemctl daemon-reload
  if ! { systemctl enable kaleem-firewall.service && systemctl restart kaleem-firewall.service && reload_sshd; } >>"$LOG" 2>&1; then
    echo "$PROGRAM: sshd or the firewall did not take the new configuration; the old one is back (see $LOG)" >&2
    return 1
  fi
  findings=$(
    sshd_findings
    firewall_findings
  )
  [[ -n $findings ]] || return 0
  printf '%s\n' "$findings" | sed "s/^/$PROGRAM: /" >&2
  echo "$PROGRAM: the former configuration of sshd and firewall is back" >&2
  return 1
}

save_former() {
  local file
  rm -rf "$STATE/former.new" "$STATE/former"
  install -d -m 0700 "$STATE/former.new"
  for file in "${MANAGED[@]}"; do
    [[ -e $ROOT$file ]] || continue
    install -d -m 0700 "$STATE/former.new$(dirname "$file")"
    cp -p "$ROOT$file" "$STATE/former.new$file"
  done
  # Whole or not at all: what is missing in it is removed by an undo.
  sync
  mv "$STATE/former.new" "$STATE/former"
}

# From here on either a connection confirms, or the clock or the next start of the machine undoes.
arm() {
  carried kaleem-access-undo.service | put_file "$ROOT$UNDO_UNIT" 0644
  systemctl daemon-reload
  quietly systemctl enable kaleem-access-undo.service
  quietly systemd-run --collect --unit="$UNDO_TIMER" --on-active="${CONFIRM_SECONDS}s" --timer-property=AccuracySec=1s "$ITSELF" undo
  put_file "$PENDING" 0600 <<<"$CONNECTION"
  rm -f "$STATE/undone"
  sync
}

connection_of_pending() { cat "$PENDING"; }

# The removal of the mark decides; a timer that still fires finds nothing to undo.
keep() {
  rm "$PENDING"
  sync
  systemctl stop "$UNDO_TIMER.timer" >>"$LOG" 2>&1 || true
}

undo_now() {
  put_former_back
  systemctl daemon-reload
  if [[ -e $ROOT$RULES ]]; then
    quietly nft --file "$ROOT$RULES"
  else
    nft delete table inet kaleem >>"$LOG" 2>&1 || true
    systemctl disable kaleem-firewall.service >>"$LOG" 2>&1 || true
  fi
  reload_sshd || fail "the former files are back, but sshd does not reload them; see: journalctl -u ssh"
  keep
}

put_former_back() {
  local file
  for file in "${MANAGED[@]}"; do
    if [[ -e $STATE/former$file ]]; then
      put_file "$ROOT$file" 0644 <"$STATE/former$file"
    else
      rm -f "$ROOT$file"
    fi
  done
}

undo() {
  [[ -e $PENDING ]] || return 0
  date -u '+%F %T' >"$STATE/undone"
  if [[ $BEFORE_BOOT == true ]]; then
    # Neither sshd nor the firewall has started yet.
    put_former_back
    rm "$PENDING"
    sync
  else
    undo_now
  fi
  say "the change of sshd and firewall was not confirmed; the former configuration is back"
}

confirm() {
  needs_connection
  if [[ -e $PENDING ]]; then
    [[ $(connection_of_pending) != "$CONNECTION" ]] \
      || fail "the change of sshd and firewall can only be confirmed over a connection that was opened after it"
    keep
    note_listeners
    say "confirmed, ports $(ports_told)"
    return
  fi
  render
  if ! files_differ && in_effect; then
    say "nothing to confirm"
    return
  fi
  local undone=
  if [[ -e $STATE/undone ]]; then undone=" at $(cat "$STATE/undone") UTC"; fi
  (apply)
  fail "the change of sshd and firewall had been undone$undone, since no new connection confirmed it: a run was cut off, or the new rules keep this computer out. It is in effect again for $CONFIRM_SECONDS s; run the same command once more to keep it"
}

# What else listens at the time of an apply is the owner's; what begins to later is noticed.
note_listeners() { listeners | put_file "$STATE/listeners" 0600; }

unexpected_listeners() {
  local ports line port
  ports=" $(ports_told | tr -d ',') "
  while read -r line; do
    port=${line%% *}
    # Swarm's own between hosts, opened by the kernel with the first overlay network.
    case $port in udp/4789 | udp/68 | udp/546) continue ;; esac
    if [[ $port == tcp/* && $ports == *" ${port#tcp/} "* ]]; then continue; fi
    grep -qxF "$line" "$STATE/listeners" 2>/dev/null || echo "$line"
  done < <(listeners)
}

# An sshd that listens where the firewall lets nobody through: a moved port, before the stack knows of it.
closed_ssh_ports() { comm -23 <(ssh_ports | sort) <(ports_told | tr -d ',' | tr ' ' '\n' | sort); }

check() {
  [[ -n $METRICS ]] || wrong_use "check needs --metrics"
  local sshd firewall unexpected closed pending=0 state
  state=$(render_sshd | cmp -s - "$ROOT$SSHD_FILE" || echo "$SSHD_FILE is not the one that was applied")
  sshd=$(
    [[ -z $state ]] || echo "$state"
    sshd_findings
  )
  firewall=$(firewall_findings)
  unexpected=$(unexpected_listeners)
  closed=$(closed_ssh_ports)
  if [[ -e $PENDING ]]; then pending=1; fi
  {
    metric kaleem_host_firewall_as_wanted "1 while the packet filter is the one that was applied." "$(yes_no "$firewall")"
    metric kaleem_host_sshd_as_wanted "1 while sshd has the settings that were applied." "$(yes_no "$sshd")"
    metric kaleem_host_unexpected_listeners "Ports that something began to listen on beyond the loopback since access was applied." "$(count "$unexpected")"
    metric kaleem_host_closed_ssh_ports "Ports that sshd listens on and the packet filter does not let through." "$(count "$closed")"
    metric kaleem_host_access_unconfirmed "1 while a change of sshd and firewall waits for its confirmation." "$pending"
    metric kaleem_host_access_checked_timestamp_seconds "When this was last looked at." "$(date +%s)"
  } | put_file "$METRICS/kaleem-host-access.prom" 0644
  local sentences
  sentences=$(
    [[ -z $sshd ]] || echo "$sshd"
    [[ -z $firewall ]] || echo "$firewall"
    [[ -z $unexpected ]] || echo "listens since access was applied: ${unexpected//$'\n'/; }"
    [[ -z $closed ]] || echo "sshd listens behind the firewall, on port ${closed//$'\n'/, }"
  )
  [[ -n $sentences ]] || return 0
  printf '%s\n' "$sentences" | sed "s/^/$PROGRAM: /" >&2
  exit 1
}

yes_no() { if [[ -z $1 ]]; then echo 1; else echo 0; fi; }

count() { if [[ -z $1 ]]; then echo 0; else wc -l <<<"$1"; fi; }

metric() { printf '# HELP %s %s\n# TYPE %s gauge\n%s %s\n' "$1" "$2" "$1" "$1" "$3"; }

main() {
  (($# > 0)) || wrong_use "needs apply, confirm, undo or check"
  local verb=$1
  shift
  parse_options "$@"
  case $verb in
    apply | confirm | undo)
      install -d -m 0700 "$STATE"
      # A confirmation and the timer's undoing must not meet.
      open_log
      exec 9>"$STATE/lock"
      flock 9
      "$verb"
      ;;
    check) check ;;
    *) wrong_use "unknown verb $verb; needs apply, confirm, undo or check" ;;
  esac
}

main "$@"
