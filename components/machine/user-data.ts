import { Document } from "yaml";
import { awsDataDevice } from "../config/host-block.ts";
import type { SshKey } from "./host-key.ts";

/**
 * What cloud-init is told at the first start of a machine at AWS: the host key that was made before it, so that nobody has to trust the
 * first one that answers, and by which serial number the data volume is known. All else is the baseline's. Pure.
 * @param volumeId such as `vol-0123456789abcdef0`; NVMe has it as serial number, without the dash
 */
export function userData(hostKey: SshKey, volumeId: string): string {
  const serial = volumeId.replace("-", "");
  const rule = `KERNEL=="nvme*n*", ENV{DEVTYPE}=="disk", ATTRS{serial}=="${serial}", SYMLINK+="${awsDataDevice.replace("/dev/", "")}"\n`;
  const config = {
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: hostKey.privateKey, ed25519_public: hostKey.publicKey },
    disable_root: true,
    ssh_pwauth: false,
    write_files: [
      {
        path: "/etc/udev/rules.d/70-kaleem-data.rules",
        owner: "root:root",
        permissions: "0644",
        content: rule,
      },
    ],
    runcmd: [
      ["udevadm", "control", "--reload"],
      ["udevadm", "trigger", "--subsystem-match=block", "--action=add"],
    ],
  };
  return `#cloud-config\n${new Document(config).toString({ lineWidth: 0 })}`;
}
