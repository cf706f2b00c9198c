#!/usr/bin/env bash
#
# Makes a failed unit loud: an error in the journal, and a metric that monitoring alerts on.
# Called by kaleem-alert@.service: unit-failed UNIT METRICS_DIRECTORY
# Exit: 0 done, 2 wrong use.

set -euo pipefail

main() {
  if (($# != 2)) || [[ $1 == *[!A-Za-z0-9@._:-]* ]]; then
    echo "unit-failed: use: unit-failed UNIT METRICS_DIRECTORY" >&2
    exit 2
  fi
  local unit=$1 metrics=$2 file temporary
  logger --priority daemon.err --tag kaleem "$unit has failed; see: journalctl -u $unit"
  file=$metrics/kaleem_unit_failed_${unit//[^A-Za-z0-9]/_}.prom
  temporary=$(mktemp "$metrics/.unit-failed.XXXXXX")
  {
    echo '# HELP kaleem_unit_last_failure_timestamp_seconds When the unit failed last.'
    echo '# TYPE kaleem_unit_last_failure_timestamp_seconds gauge'
    printf 'kaleem_unit_last_failure_timestamp_seconds{unit="%s"} %s\n' "$unit" "$(date +%s)"
  } >"$temporary"
  chmod 0644 "$temporary"
  mv "$temporary" "$file"
}

main "$@"
