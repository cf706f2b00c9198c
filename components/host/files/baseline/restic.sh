# shellcheck shell=bash
#
# One restic on every host: the distribution's where it is new enough, else the one that was brought along.

readonly RESTIC_LEAST=0.18.0
# Before /usr/bin in every PATH, systemd's too.
readonly RESTIC_TARGET=$ROOT/usr/local/bin/restic

# restic_version FILE: such as 0.18.0; empty when it does not run here.
restic_version() { "$1" version 2>/dev/null | sed -n '1s/^restic \([0-9][0-9.]*\).*/\1/p'; }

restic_is_new_enough() {
  local version
  version=$(restic_version "$1") || return 1
  [[ -n $version ]] && at_least "$version" "$RESTIC_LEAST"
}

install_restic() {
  if [[ -n $RESTIC_FILE ]]; then place_restic; fi
  hash -r
  local found
  found=$(command -v restic) || fail "restic is missing"
  restic_is_new_enough "$found" \
    || fail "$found is restic $(restic_version "$found"), and $RESTIC_LEAST or later is needed; bring one along (HostBaseline's restic)"
  say "restic: $(restic_version "$found") ($found)"
}

# The user who logs in may still write to the file that was copied: what is checked is root's own copy of it.
place_restic() {
  local candidate
  if sha256_is "$RESTIC_TARGET" "$RESTIC_SHA256"; then
    rm -f "$RESTIC_FILE"
    return
  fi
  [[ -f $RESTIC_FILE ]] || fail "$RESTIC_FILE is not there; it should have been copied before"
  [[ -d $(dirname "$RESTIC_TARGET") ]] || install -d -m 0755 "$(dirname "$RESTIC_TARGET")"
  candidate=$(mktemp "$RESTIC_TARGET.XXXXXX")
  cat <"$RESTIC_FILE" >"$candidate"
  if ! sha256_is "$candidate" "$RESTIC_SHA256"; then
    rm "$candidate"
    fail "$RESTIC_FILE does not have the SHA-256 $RESTIC_SHA256; nothing was changed. Copy it again"
  fi
  chmod 0755 "$candidate"
  if ! restic_is_new_enough "$candidate"; then
    local version
    version=$(restic_version "$candidate") || version=
    rm "$candidate"
    fail "$RESTIC_FILE is restic ${version:-that does not run on this machine}, and $RESTIC_LEAST or later is needed; nothing was changed"
  fi
  sync "$candidate"
  mv "$candidate" "$RESTIC_TARGET"
  rm -f "$RESTIC_FILE"
}

sha256_is() { [[ -f $1 ]] && echo "$2  $1" | sha256sum --check --status; }
