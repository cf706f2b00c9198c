# shellcheck shell=bash
#
# One restic on every host: the distribution's where it is new enough, else the one that was brought along.

readonly RESTIC_LEAST=0.18.0
# A place of the platform's own: the restic that somebody else uses on this machine stays theirs.
readonly RESTIC_TARGET=$ROOT/usr/local/lib/kaleem/restic

# restic_version FILE: such as 0.18.0; empty when it does not run here.
restic_version() { "$1" version 2>/dev/null | sed -n '1s/^restic \([0-9][0-9.]*\).*/\1/p'; }

restic_is_new_enough() {
  local version
  version=$(restic_version "$1") || return 1
  [[ -n $version ]] && at_least "$version" "$RESTIC_LEAST"
}

distribution_restic() { command -v restic; }

# What the package lists offer, such as 0.14.0; empty where they offer none, or there are no lists yet.
offered_restic() {
  apt-cache policy restic 2>/dev/null | sed -n 's/^ *Candidate: *\([0-9]*:\)\{0,1\}\([0-9][0-9.]*\).*/\2/p'
}

# Whether what install_restic needs is there without the distribution's package.
has_restic() {
  local found
  if found=$(distribution_restic) && restic_is_new_enough "$found"; then return 0; fi
  [[ -n $RESTIC_FILE ]] && sha256_is "$RESTIC_TARGET" "$RESTIC_SHA256"
}

# refuse_restic WHAT: why there is none to be had, and what to do.
refuse_restic() {
  local target
  case $(uname -m) in
    aarch64) target=linux-arm64 ;;
    *) target=linux-amd64 ;;
  esac
  echo "$1, and $RESTIC_LEAST or later is needed; set kaleem:host.restic to $target, and one is brought along"
}

# Prints why this machine has no restic to run; nothing when it has one, or when the package lists will tell.
restic_problems() {
  if [[ -n $RESTIC_FILE ]] || has_restic; then return 0; fi
  local found offered
  offered=$(offered_restic)
  if [[ -n $offered ]] && at_least "$offered" "$RESTIC_LEAST"; then return 0; fi
  if [[ -n $offered ]]; then
    refuse_restic "this machine's distribution has restic $offered"
  elif found=$(distribution_restic); then
    refuse_restic "$found is restic $(restic_version "$found")"
  fi
}

install_restic() {
  local found
  hash -r
  if found=$(distribution_restic) && restic_is_new_enough "$found"; then
    rm -f "$RESTIC_TARGET" "$RESTIC_TARGET.sha256"
    if [[ -n $RESTIC_FILE ]]; then rm -f "$RESTIC_FILE"; fi
    say "restic: $(restic_version "$found"), the distribution's ($found)"
    return
  fi
  if [[ -z $RESTIC_FILE ]]; then
    [[ -z $found ]] || fail "$(refuse_restic "$found is restic $(restic_version "$found")")"
    fail "$(refuse_restic "restic is missing")"
  fi
  place_restic
  say "restic: $(restic_version "$RESTIC_TARGET"), brought along ($RESTIC_TARGET)"
}

# The user who logs in may still write to the file that was copied: what is checked is root's own copy of it.
place_restic() {
  local candidate
  if sha256_is "$RESTIC_TARGET" "$RESTIC_SHA256"; then
    rm -f "$RESTIC_FILE"
    pin_restic
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
  pin_restic
  rm -f "$RESTIC_FILE"
}

# Beside it, so that an audit can tell whether the bytes are still those.
pin_restic() { echo "$RESTIC_SHA256  $RESTIC_TARGET" | put_file "$RESTIC_TARGET.sha256" 0644; }

sha256_is() { [[ -f $1 ]] && echo "$2  $1" | sha256sum --check --status; }
