#!/usr/bin/env bash
#
# Installs or removes one file on the host so that it is either wholly there and in effect, or as it was before.
#
#   host-file install PATH OWNER MODE [::validate ARGV...]... [::reload ARGV...]... [::assert ARGV...]...  <content
#   host-file remove PATH [::before ARGV...]... [::reload ARGV...]...
#
# {candidate} in a validate's ARGV stands for the new file before it is active; its base name is PATH's.
# Called by HostFile. Prints nothing of the content. Exit: 0 in effect, 1 refused and the previous file is back,
# 2 wrong use.

set -euo pipefail

# Steps as NUL-free words, one array a kind; commands inside are separated by the marker.
readonly END=$'\x01'
VALIDATE=()
RELOAD=()
ASSERT=()
BEFORE=()
WORK=

usage() {
  echo "host-file: $1; use: install PATH OWNER MODE [::validate|::reload|::assert ARGV...]... or remove PATH [::before|::reload ARGV...]..." >&2
  exit 2
}

cleanup() { if [[ -n $WORK ]]; then rm -rf "$WORK"; fi; }
trap cleanup EXIT

parse_steps() {
  local kind=
  while (($# > 0)); do
    case $1 in
      ::validate | ::reload | ::assert | ::before)
        close_step "$kind"
        kind=$1
        ;;
      *) add_word "$kind" "$1" ;;
    esac
    shift
  done
  close_step "$kind"
}

add_word() {
  case $1 in
    ::validate) VALIDATE+=("$2") ;;
    ::reload) RELOAD+=("$2") ;;
    ::assert) ASSERT+=("$2") ;;
    ::before) BEFORE+=("$2") ;;
    *) usage "unexpected word $2" ;;
  esac
}

close_step() { if [[ -n $1 ]]; then add_word "$1" "$END"; fi; }

# run_steps WHAT CANDIDATE WORDS...: runs each command; false, with a sentence, at the first that fails.
run_steps() {
  local what=$1 candidate=$2 word command=()
  shift 2
  for word in "$@"; do
    if [[ $word != "$END" ]]; then
      command+=("${word//\{candidate\}/$candidate}")
      continue
    fi
    if ! "${command[@]}" >&2; then
      echo "host-file: $TARGET: $what failed: ${command[*]}" >&2
      return 1
    fi
    command=()
  done
}

install_file() {
  local owner=$1 mode=$2 directory candidate previous=
  directory=$(dirname "$TARGET")
  # An existing directory keeps its mode: some are root's alone.
  [[ -d $directory ]] || install -d -m 0755 "$directory"
  WORK=$(mktemp -d "$directory/.host-file.XXXXXX")
  candidate=$WORK/$(basename "$TARGET")
  (umask 077 && cat >"$candidate")
  chown "$owner" "$candidate"
  chmod "$mode" "$candidate"
  sync "$candidate"
  if [[ -f $TARGET ]] && cmp -s "$candidate" "$TARGET"; then
    chown "$owner" "$TARGET"
    chmod "$mode" "$TARGET"
    # In effect already? Then a reload would only disturb.
    if ((${#ASSERT[@]} > 0)) && run_steps "assertion" "$TARGET" "${ASSERT[@]}" 2>/dev/null; then return 0; fi
    run_steps "reload" "$TARGET" "${RELOAD[@]}" && run_steps "assertion" "$TARGET" "${ASSERT[@]}" || exit 1
    return 0
  fi
  run_steps "validation" "$candidate" "${VALIDATE[@]}" || exit 1
  if [[ -e $TARGET ]]; then
    previous=$WORK/previous
    cp -p "$TARGET" "$previous"
  fi
  mv "$candidate" "$TARGET"
  sync "$directory"
  if run_steps "reload" "$TARGET" "${RELOAD[@]}" && run_steps "assertion" "$TARGET" "${ASSERT[@]}"; then return 0; fi
  put_back "$previous"
  exit 1
}

put_back() {
  if [[ -n $1 ]]; then
    mv "$1" "$TARGET"
    run_steps "reload of the previous file" "$TARGET" "${RELOAD[@]}" || exit 1
    echo "host-file: $TARGET: the previous file is back" >&2
  else
    rm "$TARGET"
    echo "host-file: $TARGET: removed again; there was none before" >&2
  fi
}

remove_file() {
  [[ -e $TARGET ]] || return 0
  run_steps "preparation" "$TARGET" "${BEFORE[@]}" || exit 1
  rm "$TARGET"
  run_steps "reload" "$TARGET" "${RELOAD[@]}" || exit 1
}

main() {
  (($# >= 2)) || usage "too few words"
  local verb=$1
  TARGET=$2
  [[ $TARGET == /* ]] || usage "PATH must be absolute, got $TARGET"
  case $verb in
    install)
      (($# >= 4)) || usage "install needs PATH OWNER MODE"
      parse_steps "${@:5}"
      install_file "$3" "$4"
      ;;
    remove)
      parse_steps "${@:3}"
      remove_file
      ;;
    *) usage "unknown verb $verb" ;;
  esac
}

main "$@"
