#!/usr/bin/env bash
#
# Fetches a service's image before the service is changed: a reference that does not exist fails within seconds and stops
# nothing, and a store is not down for as long as its new image takes to arrive.
#
# Called by SwarmService over SSH: bash -s -- SERVICE IMAGE <this script
# Exit: 0 the image is here, 1 with a sentence on stderr, 2 wrong use.

set -euo pipefail

readonly LIMIT_SECONDS=900

main() {
  if (($# != 2)); then
    echo "pull-image: use: pull-image SERVICE IMAGE" >&2
    exit 2
  fi
  local service=$1 image=$2 said
  if docker image inspect "$image" >/dev/null 2>&1; then return 0; fi
  if said=$(timeout "$LIMIT_SECONDS" docker pull --quiet "$image" 2>&1); then return 0; fi
  printf '%s: the image %s cannot be pulled: %s; correct its reference in the image lock, or check that its registry answers (where it is away for good, kaleem:imagesFrom: offsite takes every image from the off-site bucket); the service was not changed\n' \
    "$service" "$image" "${said:-no answer within $LIMIT_SECONDS s}" >&2
  exit 1
}

main "$@"
