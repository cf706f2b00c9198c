#!/usr/bin/env bash
# Starts RabbitMQ with the administrator's present password: each start sets it, so data of before a rotation opens to the host's
# agent, who sets the other users. What is imported holds a salted hash, never a password. Reads /run/secrets and
# /etc/kaleem/definitions.json, and in its environment how much memory and disk publishers leave free.
set -euo pipefail

readonly secrets=/run/secrets definitions=/tmp/rabbitmq/definitions

# RabbitMQ's own form: four random bytes, then SHA-256 of these and the password; all of it in base64.
hash_of() {
  local password salt digest
  password=$(<"$secrets/$1")
  if [[ -z $password ]]; then
    echo "rabbitmq: $secrets/$1 is empty; set rabbitmq-$1 in the stack configuration" >&2
    return 1
  fi
  salt=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
  digest=$({ bytes "$salt" && printf %s "$password"; } | sha256sum | cut -d ' ' -f 1)
  bytes "$salt$digest" | base64 -w 0
}

# Hexadecimal digits as the bytes that they stand for.
bytes() {
  local at
  for ((at = 0; at < ${#1}; at += 2)); do printf %b "\\x${1:at:2}"; done
}

# The container's own limit in bytes; nothing when it has none. RabbitMQ knows the machine's memory only, and would fill that.
memory_limit() {
  local file limit
  for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
    [[ -r $file ]] || continue
    limit=$(<"$file")
    # Without a limit the first says "max", the second a number above any machine's memory.
    if [[ $limit =~ ^[0-9]{1,15}$ ]]; then echo "$limit"; fi
    return
  done
}

main() {
  umask 077
  local hash
  hash=$(hash_of admin-password)
  mkdir -p "$definitions"
  # Files are imported in the order of their names: the user before its permissions.
  printf '{"users":[{"name":"admin","password_hash":"%s","hashing_algorithm":"%s","tags":["administrator"]}]}' \
    "$hash" rabbit_password_hashing_sha256 >"$definitions/1-users.json"
  cp /etc/kaleem/definitions.json "$definitions/2-topology.json"
  # Where the server and its command line tools look for it; a link, so that no copy of the data holds it.
  ln -sfn "$secrets/erlang-cookie" /var/lib/rabbitmq/.erlang.cookie
  local limit erl=''
  limit=$(memory_limit)
  if [[ -n $limit ]]; then erl+=" -rabbit total_memory_available_override_value $limit"; fi
  # Neither holds a blank: the server splits what it is given here at blanks.
  if [[ -n ${KALEEM_MEMORY_WATERMARK_BYTES:-} ]]; then
    erl+=" -rabbit vm_memory_high_watermark {absolute,$KALEEM_MEMORY_WATERMARK_BYTES}"
  fi
  if [[ -n ${KALEEM_FREE_DISK_BYTES:-} ]]; then erl+=" -rabbit disk_free_limit $KALEEM_FREE_DISK_BYTES"; fi
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=$erl
  exec rabbitmq-server
}

main
