#!/usr/bin/env bash
#
# Takes from a machine what the platform does not need: kernel modules, kernel interfaces, readable system files.
# Idempotent; each step asserts its effect. What is left as it is, and why, is in docs/hardening.md.
#
# Called by HostBaseline over SSH as root: bash -s <this script
# Output: one line a step. Exit: 0 done, 1 with a sentence on stderr.

set -euo pipefail

say() { printf 'hardening: %s\n' "$*"; }

fail() {
  printf 'hardening: %s\n' "$*" >&2
  exit 1
}

in_container() { systemd-detect-virt --quiet --container; }

# Puts stdin at PATH with MODE, atomically.
put_file() {
  local path=$1 mode=$2 temporary
  temporary=$(mktemp "$path.XXXXXX")
  cat >"$temporary"
  chmod "$mode" "$temporary"
  mv "$temporary" "$path"
}

# Protocols, buses and file systems that no part of the platform speaks, and whose drivers have had many holes.
forbid_modules() {
  local module
  for module in dccp sctp rds tipc usb-storage firewire-core firewire-ohci firewire-sbp2 cramfs freevxfs hfs hfsplus jffs2 udf; do
    printf 'install %s /bin/false\nblacklist %s\n' "$module" "$module"
  done | put_file /etc/modprobe.d/kaleem.conf 0644
  say "kernel modules: unused protocols, buses and file systems are refused"
}

# Forwarding stays on: Docker's networks need it. rp_filter stays at the distribution's value for the same reason.
network_settings() {
  cat <<'CONF'
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
net.ipv4.conf.all.accept_source_route = 0
net.ipv4.conf.default.accept_source_route = 0
net.ipv4.conf.all.log_martians = 1
net.ipv4.conf.default.log_martians = 1
net.ipv6.conf.all.accept_redirects = 0
net.ipv6.conf.default.accept_redirects = 0
CONF
}

kernel_settings() {
  cat <<'CONF'
dev.tty.ldisc_autoload = 0
fs.protected_fifos = 2
fs.protected_hardlinks = 1
fs.protected_regular = 2
fs.protected_symlinks = 1
fs.suid_dumpable = 0
kernel.core_uses_pid = 1
kernel.ctrl-alt-del = 0
kernel.dmesg_restrict = 1
kernel.kptr_restrict = 2
kernel.perf_event_paranoid = 3
kernel.sysrq = 0
kernel.unprivileged_bpf_disabled = 1
net.core.bpf_jit_harden = 2
CONF
}

# In a container the kernel is the machine's outside, whose settings are not ours to change; the network's are its own.
set_kernel() {
  local file=/etc/sysctl.d/90-kaleem.conf key value
  {
    network_settings
    if ! in_container; then kernel_settings; fi
  } | put_file "$file" 0644
  while IFS=' =' read -r key value; do
    # A kernel without a feature has no setting for it.
    [[ -e /proc/sys/${key//.//} ]] || continue
    # The bpf switch cannot be turned back, and a stricter 2 may already be there.
    [[ $key == kernel.unprivileged_bpf_disabled && $(sysctl -n "$key") != 0 ]] || sysctl -q -w "$key=$value"
    [[ $(sysctl -n "$key") == "$value" || $key == kernel.unprivileged_bpf_disabled ]] \
      || fail "the kernel did not take $key=$value; another file in /etc/sysctl.d may set it"
  done <"$file"
  say "kernel: $(wc -l <"$file") settings"
}

# Whoever logs in by a password some day (nobody does: sshd takes keys only) has to change it.
age_passwords() {
  local pair
  for pair in PASS_MAX_DAYS:365 PASS_MIN_DAYS:1 YESCRYPT_COST_FACTOR:8 SHA_CRYPT_MIN_ROUNDS:65536 SHA_CRYPT_MAX_ROUNDS:65536; do
    local key=${pair%%:*} value=${pair#*:}
    if grep -q "^$key\b" /etc/login.defs; then
      sed -i "s/^$key\b.*/$key $value/" /etc/login.defs
    else
      printf '%s %s\n' "$key" "$value" >>/etc/login.defs
    fi
    grep -qx "$key $value" /etc/login.defs || fail "/etc/login.defs did not take $key $value"
  done
  say "passwords: they would age and be costly to guess"
}

# A core of a store would hold customers' data and passwords, outside the data root and outside every retention.
forbid_core_dumps() {
  install -d -m 0755 /etc/systemd/coredump.conf.d /etc/security/limits.d
  put_file /etc/systemd/coredump.conf.d/kaleem.conf 0644 <<'CONF'
[Coredump]
Storage=none
ProcessSizeMax=0
CONF
  put_file /etc/security/limits.d/kaleem.conf 0644 <<<'* hard core 0'
  say "core dumps: none is kept"
}

# Tells which of the distribution's files are not as they were delivered: the first question after a break-in.
check_packages_monthly() {
  [[ -f /etc/default/debsums ]] || fail "debsums is missing; the baseline installs it"
  sed -i 's/^CRON_CHECK=.*/CRON_CHECK=monthly/' /etc/default/debsums
  grep -qx 'CRON_CHECK=monthly' /etc/default/debsums || fail "/etc/default/debsums did not take CRON_CHECK=monthly"
  say "packages: their files are checked monthly"
}

close_files() {
  local path
  for path in /etc/crontab /etc/ssh/sshd_config /etc/at.deny /etc/cron.deny; do
    if [[ -f $path ]]; then chmod 0600 "$path"; fi
  done
  for path in /etc/cron.d /etc/cron.daily /etc/cron.hourly /etc/cron.weekly /etc/cron.monthly /etc/sudoers.d; do
    if [[ -d $path ]]; then chmod 0700 "$path"; fi
  done
  say "files: cron's and sshd's are root's alone"
}

# Says so before anybody logs in: in many countries a break-in has to be one knowingly.
put_banner() {
  local path
  for path in /etc/issue /etc/issue.net; do
    put_file "$path" 0644 <<'TEXT'
This is a private system of Kaleem. Access is for authorized users only; it is monitored and logged.
Unauthorized use is prohibited and may be prosecuted under criminal law.
TEXT
  done
  say "banner: access is for authorized users only"
}

main() {
  ((EUID == 0)) || fail "must run as root, runs as $(id -un)"
  forbid_modules
  set_kernel
  age_passwords
  forbid_core_dumps
  check_packages_monthly
  close_files
  put_banner
}

main "$@"
