# shellcheck shell=bash
#
# Directories with their owners, and what says that the data root is nobody's yet.

make_directories() {
  local entry path uid gid mode
  for entry in "${DIRECTORIES[@]}"; do
    IFS=: read -r path uid gid mode <<<"$entry"
    [[ $path == /* && -n $mode ]] || fail "wrong directory $entry; expected PATH:UID:GID:MODE"
    install -d -o "$uid" -g "$gid" -m "$mode" "$ROOT$path"
  done
  carried tmpfiles.conf | put_file "$ROOT/etc/tmpfiles.d/kaleem.conf" 0644
  systemd-tmpfiles --create "$ROOT/etc/tmpfiles.d/kaleem.conf"
  [[ -d $ROOT/run/kaleem && -d $ROOT/run/lock/kaleem ]] || fail "systemd-tmpfiles did not make /run/kaleem"
  say "directories: ${#DIRECTORIES[@]} with their owners"
}

# A data root that is nobody's must not be served as if it were the latest data.
close_edge() {
  if [[ -e $ROOT$LINEAGE ]]; then
    say "data root: has a lineage"
  elif [[ -e $ROOT$FENCE ]]; then
    say "data root: no lineage; the edge is closed"
  else
    put_file "$ROOT$FENCE" 0644 <<<"# The edge answers 503 while this file is there: the data root has no lineage."
    say "data root: no lineage; the edge is closed now"
  fi
}
