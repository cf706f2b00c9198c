# shellcheck shell=bash
#
# What the stack wants of the machine:
#   --data-root DIR            mount point of the data filesystem
#   --loop-file FILE --loop-size-gib N | --device DEVICE
#   --lineage FILE             present once the data root holds somebody's data
#   --fence FILE               created while there is no lineage: the edge then answers 503
#   --insecure-registry HOST:PORT   may repeat
#   --directory PATH:UID:GID:MODE   may repeat; parents first
#   --login-user USER          who logs in; one who is not root joins the group docker
#   --restic FILE --restic-sha256 DIGEST   a restic that was brought along

DATA_ROOT=
LOOP_FILE=
LOOP_SIZE_GIB=
DEVICE=
LINEAGE=
FENCE=
LOGIN_USER=root
RESTIC_FILE=
RESTIC_SHA256=
INSECURE_REGISTRIES=()
DIRECTORIES=()

# shellcheck disable=SC2034 # read by the other parts
parse_options() {
  while (($# > 0)); do
    (($# > 1)) || wrong_use "$1 needs a value"
    case $1 in
      --data-root) DATA_ROOT=$2 ;;
      --loop-file) LOOP_FILE=$ROOT$2 ;;
      --loop-size-gib) LOOP_SIZE_GIB=$2 ;;
      --device) DEVICE=$2 ;;
      --lineage) LINEAGE=$2 ;;
      --fence) FENCE=$2 ;;
      --login-user) LOGIN_USER=$2 ;;
      --restic) RESTIC_FILE=$2 ;;
      --restic-sha256) RESTIC_SHA256=$2 ;;
      --insecure-registry) INSECURE_REGISTRIES+=("$2") ;;
      --directory) DIRECTORIES+=("$2") ;;
      *) wrong_use "unknown option $1" ;;
    esac
    shift 2
  done
  if [[ -z $DATA_ROOT || -z $LINEAGE || -z $FENCE || (-z $DEVICE && (-z $LOOP_FILE || -z $LOOP_SIZE_GIB)) ]]; then
    wrong_use "needs --data-root, --lineage, --fence, and --device or --loop-file with --loop-size-gib"
  fi
  [[ -z $RESTIC_FILE || -n $RESTIC_SHA256 ]] || wrong_use "--restic needs --restic-sha256"
}
