#!/usr/bin/env bash
#
# Puts a freshly copied agent in the place of the running one, by rename, once it is whole and Node can read it.
# Called by RecoveryAgent over SSH: bash -s -- INCOMING FINAL SHA256 <this script
# Exit: 0 FINAL has this checksum, 1 with a sentence on stderr.

set -euo pipefail

fail() {
  printf 'agent: %s\n' "$*" >&2
  exit 1
}

has_checksum() { sha256sum --check --status <<<"$2  $1"; }

main() {
  (($# == 3)) || fail "needs INCOMING FINAL SHA256"
  local incoming=$1 final=$2 checksum=$3
  # Absent when this runs again for a reason of its own.
  if [[ -e $incoming ]]; then
    # Who copied it may still write to it: what is checked and run is root's own copy.
    install -o 0 -g 0 -m 0644 "$incoming" "$final.new.mjs"
    rm "$incoming"
    incoming=$final.new.mjs
    has_checksum "$incoming" "$checksum" || fail "$incoming does not have the checksum of what was sent; the copy was cut short, run pulumi up again"
    node --check "$incoming" || fail "the host's node $(node --version) cannot read the agent; it needs Node 18 or later"
    sync "$incoming"
    mv "$incoming" "$final"
  fi
  has_checksum "$final" "$checksum" || fail "$final is not the agent of this version; run: pulumi up --target-replace '**agent-bundle'"
}

main "$@"
