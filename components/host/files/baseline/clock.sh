# shellcheck shell=bash
#
# The clock, before packages: repositories are signed for a time, and a machine that is a year back trusts none of them.

readonly CLOCK_PATIENCE=60

has_time_service() {
  [[ -x $ROOT/usr/sbin/chronyd || -x $ROOT/usr/lib/systemd/systemd-timesyncd ]] && return 0
  # Any other that timedatectl can switch on.
  [[ $(timedatectl show --property=CanNTP --value 2>/dev/null) == yes ]]
}

clock_is_set() { [[ $(timedatectl show --property=NTPSynchronized --value) == yes ]]; }

# Without a service there is nothing to switch on yet: it comes with the packages, and this runs again after them.
set_clock() {
  if in_container; then
    say "time: this is a container, its clock is the machine's outside; nothing to set"
    return
  fi
  has_time_service || return 0
  quietly timedatectl set-ntp true
  [[ $(timedatectl show --property=NTP --value) == yes ]] || fail "time synchronisation is off; see: timedatectl"
  local deadline=$((SECONDS + CLOCK_PATIENCE))
  until clock_is_set; do
    if ((SECONDS >= deadline)); then
      say "time: synchronisation is on, but no server has answered in $CLOCK_PATIENCE s; the clock says $(date -u '+%F %T') UTC"
      return
    fi
    sleep 1
  done
  say "time: synchronised"
}
