#!/usr/bin/env bash
#
# Makes the edge's self-signed certificate; one that still fits stays, since clients may have pinned it.
# Called by Edge over SSH: bash -s -- IDENTITY CERTIFICATE SERVER_NAME OWNER RELOAD... <this script
#   IDENTITY     file of key and certificate, only for OWNER
#   CERTIFICATE  file of the certificate alone, for those who pin it
#   RELOAD       command that puts a new one into effect
# Exit: 0 there is a certificate for the name, and it matches its key; 1 with a sentence on stderr.

set -euo pipefail

readonly YEARS=10 RENEW_DAYS=90

fail() {
  printf 'tls: %s\n' "$*" >&2
  exit 1
}

is_address() { [[ $1 =~ ^[0-9.]+$ ]]; }

make() {
  local identity=$1 certificate=$2 name=$3 owner=$4 kind=DNS
  if is_address "$name"; then kind=IP; fi
  umask 077
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days $((YEARS * 365)) \
    -subj "/CN=$name" -addext "subjectAltName=$kind:$name" \
    -keyout "$identity.key" -out "$certificate.new" 2>/dev/null \
    || fail "openssl could not make a certificate for $name"
  cat "$identity.key" "$certificate.new" >"$identity.new"
  rm "$identity.key"
  chown "$owner" "$identity.new"
  chmod 0400 "$identity.new"
  chmod 0644 "$certificate.new"
  mv "$certificate.new" "$certificate"
  mv "$identity.new" "$identity"
}

# fits IDENTITY CERTIFICATE NAME: there, a pair, for this name, and for a while to come.
fits() {
  local identity=$1 certificate=$2 name=$3 option=-checkhost
  if is_address "$name"; then option=-checkip; fi
  [[ -s $identity && -s $certificate ]] || return 1
  [[ $(openssl x509 -in "$certificate" -noout -fingerprint) == "$(openssl x509 -in "$identity" -noout -fingerprint)" ]] || return 1
  [[ $(openssl x509 -in "$identity" -noout -pubkey) == "$(openssl pkey -in "$identity" -pubout)" ]] || return 1
  openssl x509 -in "$identity" -noout -checkend $((RENEW_DAYS * 86400)) >/dev/null || return 1
  openssl x509 -in "$identity" -noout "$option" "$name" | grep -q 'does match'
}

main() {
  (($# >= 5)) || fail "needs IDENTITY CERTIFICATE SERVER_NAME OWNER RELOAD..."
  if fits "$1" "$2" "$3"; then return 0; fi
  make "$1" "$2" "$3" "$4"
  fits "$1" "$2" "$3" || fail "$1: the new certificate does not fit $3 or its key"
  "${@:5}"
}

main "$@"
