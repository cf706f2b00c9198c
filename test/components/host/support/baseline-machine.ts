import { baselineScript } from "../../../../components/host/host-baseline.ts";
import { FakeMachine, type Run } from "./fake-machine.ts";

/** A Debian 13 on which everything is as the platform wants it, and a baseline that runs on it. */
export class BaselineMachine extends FakeMachine {
  options: string[] = [
    ...["--data-root", "/srv/kaleem", "--loop-file", "/var/lib/kaleem/data.img", "--loop-size-gib", "1"],
    ...["--lineage", "/srv/kaleem/lineage.json", "--fence", "/etc/kaleem/closed.conf"],
  ];

  constructor() {
    super();
    this.release("13");
    this.write("run/systemd/system/x", "");
    this.write(
      "proc/net/route",
      "Iface\tDestination\tGateway\neth0\t00000000\t0101A8C0\ndocker0\t000011AC\t0\n",
    );
    this.write("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n");
    this.program("id", '[ "$1" = -u ] && echo 0 || echo root docker');
    this.program("sshd");
    this.program("restic", "echo restic 0.18.0 compiled with go1.24 on linux/amd64");
    this.program("apt-cache");
    this.program("uname", "echo x86_64");
    this.program("ss");
    this.program("df", "echo Avail; cat $ROOT/free 2>/dev/null || echo 107374182400");
    this.program("mountpoint", "[ -e $ROOT/mounted ]");
    this.program("blkid", "exit 2");
    this.program("systemd-detect-virt", "exit 1");
    for (const name of ["node", "mkfs.xfs", "nft", "openssl", "nsenter", "unattended-upgrade"])
      this.program(name);
    for (const name of ["update-ca-certificates", "debsums", "losetup", "xfs_growfs", "systemctl"])
      this.program(name);
    this.write("usr/lib/systemd/systemd-timesyncd", "");
    this.program("timedatectl", "echo yes");
    this.fakeChmod("usr/lib/systemd/systemd-timesyncd");
  }

  release(version: string, id = "debian"): void {
    this.write("etc/os-release", `PRETTY_NAME="${id} ${version}"\nID=${id}\nVERSION_ID="${version}"\n`);
  }

  fakeChmod(path: string): void {
    this.run(`chmod 755 '${this.path(path)}'`);
  }

  /** Runs one of the baseline's steps. */
  step(step: "check" | "packages" | "system", ...more: string[]): Run {
    return this.run(baselineScript(this.root), [step, ...this.options, ...more]);
  }

  /** Runs some of its functions after the options are read, instead of a whole step. */
  functions(lines: string, options = this.options): Run {
    const script = baselineScript(this.root).replace(/\nmain "\$@"\n$/, `\nparse_options "$@"\n${lines}\n`);
    return this.run(script, options);
  }
}
