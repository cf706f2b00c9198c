#!/usr/bin/env bash
#
# Makes the edge's self-signed certificate, once: an existing one stays, since clients may have pinned it.
# Called by Edge over SSH: bash -s -- DIRECTORY SERVER_NAME <this script
# Exit: 0 there is a certificate that matches its key, 1 with a sentence on stderr.

set -euo pipefail

readonly YEARS=10

fail() {
  printf 'tls: %s\n' "$*" >&2
  exit 1
}

make_certificate() {
  local directory=$1 name=$2 kind=DNS
  if [[ $name =~ ^[0-9.]+$ ]]; then kind=IP; fi
  umask 077
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days $((YEARS * 365)) \
    -subj "/CN=$name" -addext "subjectAltName=$kind:$name" \
    -keyout "$directory/key.pem.new" -out "$directory/certificate.pem.new" 2>/dev/null \
    || fail "openssl could not make a certificate for $name"
  chmod 0644 "$directory/certificate.pem.new"
  mv "$directory/key.pem.new" "$directory/key.pem"
  mv "$directory/certificate.pem.new" "$directory/certificate.pem"
}

matches() {
  local directory=$1
  [[ -s $directory/key.pem && -s $directory/certificate.pem ]] || return 1
  [[ $(openssl x509 -in "$directory/certificate.pem" -noout -pubkey) == "$(openssl pkey -in "$directory/key.pem" -pubout)" ]]
}

main() {
  (($# == 2)) || fail "needs DIRECTORY SERVER_NAME"
  matches "$1" || make_certificate "$1" "$2"
  matches "$1" || fail "$1: the certificate does not match its key"
}

main "$@"
