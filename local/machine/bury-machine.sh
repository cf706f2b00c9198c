#!/bin/sh
# Clears what a killed emulated machine leaves in the kernel, which Docker outside knows nothing of:
#  - with cgroup v1 its containers' groups lie beside Docker's own; the frozen ones (docker pause) cannot even be
#    killed until they are thawed, so this runs while the machine is being killed;
#  - a loop device on its disk that was not set to detach by itself.
# Input: the machine's volumes and /sys/fs/cgroup, mounted where the machine had them. Run by destroy-machine.ts in a
# container of its own. Exits 1 when something is still held after 20 s, naming it.
set -eu

groups() {
  for directory in /var/lib/docker/containers/*; do
    [ -d "$directory" ] || continue
    for group in /sys/fs/cgroup/*/docker/"${directory##*/}" /sys/fs/cgroup/docker/"${directory##*/}"; do
      [ ! -d "$group" ] || echo "$group"
    done
  done
}

thaw_and_remove_groups() {
  groups | while read -r group; do
    [ ! -f "$group/freezer.state" ] || echo THAWED >"$group/freezer.state"
    # Busy until the last process is gone: the caller comes again.
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || :
  done
  [ -z "$(groups)" ]
}

# losetup sees only devices that have a node.
make_loop_nodes() {
  for device in /sys/block/loop*; do
    name=${device##*/}
    [ ! -d "$device" ] || [ -b "/dev/$name" ] || mknod "/dev/$name" b 7 "${name#loop}"
  done
}

# Loop devices belong to the whole machine outside: only those on a file of these volumes are ours.
loops() {
  find /var/lib/kaleem /var/backups -xdev -maxdepth 2 -type f -size +1M -printf '%i\n' | while read -r inode; do
    losetup --noheadings --raw --output NAME,BACK-INO | while read -r device backing; do
      [ "$backing" != "$inode" ] || echo "$device"
    done
  done
}

detach_loops() {
  loops | while read -r device; do
    losetup --detach "$device" || :
  done
  [ -z "$(loops)" ]
}

main() {
  make_loop_nodes
  attempt=0
  until thaw_and_remove_groups && detach_loops; do
    attempt=$((attempt + 1))
    if [ "$attempt" -ge 200 ]; then
      echo "still held after 20 s: $(groups) $(loops)" >&2
      exit 1
    fi
    sleep 0.1
  done
}

main
