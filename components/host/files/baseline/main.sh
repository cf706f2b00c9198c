# shellcheck shell=bash
#
# Makes a Debian 12 or 13 machine fit for the platform. Idempotent; each step asserts its effect.
#
# Called by HostBaseline over SSH as root: bash -s -- STEP <options> <this script
#   check      whether the machine can be the platform's; changes nothing, and says everything that is wrong at once
#   packages   the clock, and every program
#   system     the data filesystem, directories, Docker, swarm
# Output: one line a step. Exit: 0 done, 1 with sentences on stderr, 2 wrong use.

main() {
  (($# > 0)) || wrong_use "needs check, packages or system"
  local step=$1
  shift
  parse_options "$@"
  case $step in
    check)
      refuse_problems
      say "machine: $(os_release PRETTY_NAME)"
      ;;
    packages)
      open_log
      await_first_boot
      set_clock
      install_packages
      set_clock
      install_restic
      ;;
    system)
      open_log
      format_data_volume
      mount_data_volume
      make_directories
      close_edge
      configure_docker
      start_swarm
      ;;
    *) wrong_use "unknown step $step; needs check, packages or system" ;;
  esac
}

main "$@"
