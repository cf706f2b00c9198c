# shellcheck shell=bash
#
# What every script on the host begins with. Put in front by host-script.ts, which also sets:
#   ROOT      in front of every path of the machine; empty but in tests
#   PROGRAM   who speaks in a sentence
#   carried   prints a file that came along, by its name

set -euo pipefail
# What fails inside $( ) ends the whole as well: an answer that could not be had must not read as an empty one.
shopt -s inherit_errexit
# Whatever ends this without a sentence of its own is at least named.
set -E
trap '((BASH_SUBSHELL > 0)) || echo "$PROGRAM: stopped at: $BASH_COMMAND" >&2' ERR
# A user's PATH may lack what is root's; messages of other programs are read in English.
export PATH="$PATH:$ROOT/usr/local/sbin:$ROOT/usr/sbin:$ROOT/sbin" LC_ALL=C

readonly LOG=$ROOT/var/log/kaleem-baseline.log
# Silence on a connection makes a router between forget it.
readonly HEARTBEAT_SECONDS=20

say() { printf '%s: %s\n' "$PROGRAM" "$*"; }

fail() {
  printf '%s: %s\n' "$PROGRAM" "$*" >&2
  exit 1
}

wrong_use() {
  printf '%s: %s\n' "$PROGRAM" "$*" >&2
  exit 2
}

# with_heartbeat COMMAND...: runs it, and says every now and then that it still does. Its exit is the command's.
with_heartbeat() {
  local beat code=0 began=$SECONDS
  # On the real stdout, since the command's own may go elsewhere; nothing may hold that, or a lock, when this ends.
  (
    while sleep "$HEARTBEAT_SECONDS" 3>&-; do say "$1 is still at work, $((SECONDS - began)) s" >&3; done
  ) </dev/null >/dev/null 2>&1 9>&- &
  beat=$!
  "$@" </dev/null 3>&- || code=$?
  kill "$beat" 2>/dev/null || true
  wait "$beat" 2>/dev/null || true
  return "$code"
}
exec 3>&1

# Of root alone, whatever another program writes into it.
open_log() {
  [[ -d $(dirname "$LOG") ]] || install -d -m 0755 "$(dirname "$LOG")"
  (umask 077 && : >>"$LOG")
  chmod 0600 "$LOG"
}

# Runs a chatty program: silent when it succeeds, its last words when it fails.
quietly() {
  if ! with_heartbeat "$@" >>"$LOG" 2>&1; then
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
  # shellcheck disable=SC2034 # read by the callers
  FILE_CHANGED=true
}

os_release() { sed -n "s/^$1=//p" "$ROOT/etc/os-release" | tr -d '"'; }

in_container() { systemd-detect-virt --quiet --container; }

# at_least VERSION LEAST
at_least() { printf '%s\n%s\n' "$2" "$1" | sort -V -C; }
