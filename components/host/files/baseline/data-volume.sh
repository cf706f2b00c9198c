# shellcheck shell=bash
#
# The data filesystem: XFS with reflink on a device, or on a file of the system disk. Made once, grown ever after.

readonly GIB=$((1024 * 1024 * 1024))
# What the system disk must keep beside the file: packages, images, the local repository's next point.
readonly DISK_RESERVE=$((2 * GIB))

backing() { if [[ -n $DEVICE ]]; then echo "$DEVICE"; else echo "$LOOP_FILE"; fi; }

wanted_bytes() { echo $((LOOP_SIZE_GIB * GIB)); }

# Bytes that the file has on the disk; less than its size while it is sparse.
allocated_bytes() { if [[ -e $LOOP_FILE ]]; then echo $(($(stat -c '%b * %B' "$LOOP_FILE"))); else echo 0; fi; }

# Free bytes of the disk that holds the file, or will.
disk_free() {
  local directory
  directory=$(dirname "$LOOP_FILE")
  until [[ -d $directory ]]; do directory=$(dirname "$directory"); done
  df --output=avail -B1 "$directory" | tail -n 1 | tr -d ' '
}

# What is missing on the disk to hold the whole file beside its reserve; 0 when nothing is.
missing_bytes() {
  local missing=$(($(wanted_bytes) - $(allocated_bytes)))
  # Whole already: nothing more is taken, so the disk need not have a reserve now.
  ((missing > 0)) || missing=$((-DISK_RESERVE))
  missing=$((missing + DISK_RESERVE - $(disk_free)))
  ((missing > 0)) || missing=0
  echo "$missing"
}

in_gib() { awk -v bytes="$1" 'BEGIN { printf "%.1f", bytes / 1073741824 }'; }

# Prints why the volume cannot be used, one sentence a line; nothing when it can.
data_volume_problems() {
  if ! mountpoint -q "$DATA_ROOT" && [[ -d $ROOT$DATA_ROOT && -n $(ls -A "$ROOT$DATA_ROOT") ]]; then
    echo "$DATA_ROOT holds files but no data filesystem is mounted there; move them away first"
  fi
  if [[ -n $DEVICE ]]; then
    [[ -b $DEVICE ]] || {
      echo "$DEVICE is not a block device; set dataVolume.device to one that is attached"
      return
    }
  else
    if [[ -e $LOOP_FILE ]] && (($(stat -c %s "$LOOP_FILE") > $(wanted_bytes))); then
      echo "$LOOP_FILE has more than $LOOP_SIZE_GIB GiB; a data volume cannot shrink, set dataVolume.sizeGiB higher"
    fi
    local missing
    missing=$(missing_bytes)
    # A file that is in use and was made sparse is not refused: it is whole as soon as there is room.
    if ((missing > 0)) && { [[ ! -e $LOOP_FILE ]] || (($(stat -c %s "$LOOP_FILE") < $(wanted_bytes))); }; then
      echo "the disk cannot hold a data volume of $LOOP_SIZE_GIB GiB and $(in_gib "$DISK_RESERVE") GiB beside it, $(in_gib "$missing") GiB are missing; free some, or set dataVolume.sizeGiB lower, or give a device"
    fi
    [[ -e $LOOP_FILE ]] || return 0
  fi
  signature_problem
}

# Nothing that carries a signature is ever formatted: a full volume attached to a new machine must survive.
signature_problem() {
  local volume type table
  volume=$(backing)
  type=$(signature TYPE "$volume")
  table=$(signature PTTYPE "$volume")
  if [[ -z $type ]]; then
    [[ -z $table ]] || echo "$volume holds a partition table; give an empty volume, or one of its partitions"
  elif [[ $type != xfs ]]; then
    echo "$volume holds $type; it is never formatted over. Give an empty volume, or wipe it yourself"
  fi
}

# signature TAG VOLUME: what blkid finds in the volume itself, such as TYPE or PTTYPE; empty when there is none. Not all of its
# answers: an empty partition has some too, of the table that it stands in.
signature() {
  local code=0
  blkid -p -s "$1" -o value "$2" || code=$?
  # 2 says that nothing was found; anything else, that nothing can be said.
  ((code == 0 || code == 2)) || fail "$2 cannot be examined (blkid ended with $code)"
}

format_data_volume() {
  local problems volume type
  problems=$(data_volume_problems)
  [[ -z $problems ]] || fail "$problems"
  if [[ -n $LOOP_FILE ]]; then allocate_loop_file; fi
  volume=$(backing)
  type=$(signature TYPE "$volume")
  if [[ -z $type ]]; then
    # Without the reverse map, which only online repair needs, sharing blocks costs a third: stores are paused for it.
    quietly mkfs.xfs -q -m reflink=1,rmapbt=0 "$volume"
    say "data filesystem: made on $volume"
  fi
}

# Every block of it: a sparse file is a promise that a full disk breaks, as I/O errors under every store at once.
allocate_loop_file() {
  local wanted
  wanted=$(wanted_bytes)
  (($(allocated_bytes) < wanted)) || return 0
  [[ -d $(dirname "$LOOP_FILE") ]] || install -d -m 0755 "$(dirname "$LOOP_FILE")"
  if (($(missing_bytes) > 0)); then
    say "data volume: $LOOP_FILE is sparse, and the disk has no room to make it whole ($(in_gib "$(missing_bytes)") GiB are missing); a full disk would stop every store"
    return
  fi
  # What is there keeps its content; what was a hole gets its blocks.
  local refusal
  if ! refusal=$(umask 077 && fallocate -l "$wanted" "$LOOP_FILE" 2>&1); then
    # A disk that cannot promise blocks (ZFS, for one) has its reserve alone, which was looked at above.
    [[ $refusal == *'not supported'* ]] || fail "$LOOP_FILE could not be allocated: $refusal"
    (umask 077 && truncate -s "$wanted" "$LOOP_FILE")
    say "data volume: this disk cannot allocate ahead; $LOOP_FILE is sparse, keep $LOOP_SIZE_GIB GiB free for it"
    return
  fi
  say "data volume: $LOOP_SIZE_GIB GiB allocated"
}

# A unit and not fstab: Docker can wait for it, and systemd says why when it fails.
mount_data_volume() {
  local unit changed options=noatime
  unit=$(systemd-escape --path --suffix=mount "$DATA_ROOT")
  [[ -n $DEVICE ]] || options=loop,noatime
  install -d -m 0755 "$ROOT$DATA_ROOT"
  carried data.mount | sed -e "s|@WHAT@|$(backing)|" -e "s|@WHERE@|$DATA_ROOT|" -e "s|@OPTIONS@|$options|" \
    | put_file "$ROOT/etc/systemd/system/$unit" 0644
  changed=$FILE_CHANGED
  carried docker-unit.conf | sed -e "s|@DATA_ROOT@|$DATA_ROOT|" \
    | put_file "$ROOT/etc/systemd/system/docker.service.d/kaleem.conf" 0644
  if [[ $changed == true || $FILE_CHANGED == true ]]; then systemctl daemon-reload; fi
  quietly systemctl enable --now "$unit"
  mountpoint -q "$DATA_ROOT" || fail "$DATA_ROOT is not mounted; see: systemctl status $unit"
  grow_data_filesystem
  assert_reflink
}

# From the outside in, each step only where it has something to do: what was cut off goes on at the next run.
grow_data_filesystem() {
  local source before after
  source=$(findmnt -n -o SOURCE "$DATA_ROOT")
  before=$(filesystem_bytes)
  if [[ -n $LOOP_FILE ]]; then
    losetup -c "$source"
  else
    rescan_disk "$(readlink -f "$DEVICE")"
    grow_partition "$(readlink -f "$DEVICE")"
  fi
  quietly xfs_growfs "$DATA_ROOT"
  after=$(filesystem_bytes)
  if ((after > before)); then say "data filesystem: grown from $(in_gib "$before") to $(in_gib "$after") GiB"; fi
}

filesystem_bytes() { stat -f -c '%b %S' "$ROOT$DATA_ROOT" | awk '{ printf "%.0f", $1 * $2 }'; }

# The disk that a partition is on; itself for a whole disk. Names below /sys/class/block.
disk_of() {
  local sys=$ROOT/sys/class/block/$1
  if [[ -e $sys/partition ]]; then basename "$(dirname "$(readlink -f "$sys")")"; else echo "$1"; fi
}

# A SCSI disk that was grown under a running system says so only when asked.
rescan_disk() {
  local knob
  knob=$ROOT/sys/class/block/$(disk_of "$(basename "$1")")/device/rescan
  if [[ -w $knob ]]; then echo 1 >"$knob"; fi
}

# A partition takes the free space that directly follows it, never less; its start does not move.
grow_partition() {
  local name disk number sys sectors disk_sectors
  name=$(basename "$1")
  disk=$(disk_of "$name")
  [[ $disk != "$name" ]] || return 0
  sys=$ROOT/sys/class/block/$name
  number=$(cat "$sys/partition")
  sectors=$(cat "$sys/size")
  disk_sectors=$(cat "$ROOT/sys/class/block/$disk/size")
  # Anything behind it, as far as the kernel knows, and there is nothing to take; 2 MiB may be the table's own.
  ((disk_sectors - $(cat "$sys/start") - sectors > 4096)) || return 0
  if partition_follows "$disk" "$(($(cat "$sys/start") + sectors))"; then return 0; fi
  # On most machines already, and needed here alone.
  command -v sfdisk >/dev/null || apt install --yes --no-install-recommends fdisk
  # A grown disk has the second copy of its table in the middle.
  if [[ $(lsblk --noheadings --nodeps --output PTTYPE "/dev/$disk" | tr -d ' ') == gpt ]]; then
    quietly sfdisk --no-reread --force --relocate gpt-bak-std "/dev/$disk"
  fi
  echo ',+' | sfdisk --no-reread --force -N "$number" "/dev/$disk" >>"$LOG" 2>&1 \
    || fail "partition $number of /dev/$disk could not be grown (see $LOG); grow it yourself, and run this again"
  quietly partx --update --nr "$number" "/dev/$disk"
  (($(cat "$sys/size") >= sectors)) || fail "partition $number of /dev/$disk became smaller; it was not touched further"
  say "data volume: partition $number of /dev/$disk grown"
}

# partition_follows DISK SECTOR: whether any partition begins at or behind it.
partition_follows() {
  local other
  for other in "$ROOT/sys/class/block/$1/"*/start; do
    [[ -e $other ]] || continue
    if (($(cat "$other") >= $2)); then return 0; fi
  done
  return 1
}

# Recovery points are reflink copies; without them a point would copy all data while the stores are paused.
assert_reflink() {
  local probe
  probe=$(mktemp -d "$ROOT$DATA_ROOT/.reflink.XXXXXX")
  echo probe >"$probe/from"
  if ! cp --reflink=always "$probe/from" "$probe/to" 2>>"$LOG"; then
    rm -r "$probe"
    fail "the filesystem at $DATA_ROOT cannot reflink; it was not made by this program. Give an empty volume"
  fi
  rm -r "$probe"
  say "data filesystem: XFS with reflink at $DATA_ROOT"
}
