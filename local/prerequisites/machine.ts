import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";

/** The parts of this machine that prerequisites depend on; tests give one with a PATH of their own. */
export interface Machine {
  readonly environment: NodeJS.ProcessEnv;
  readonly isRoot: boolean;
  readonly userName: string;
  /** Debian itself: packages of what is made from it have other names and versions. */
  readonly isDebian: boolean;
  /** Whether systemd runs this machine (and so its services). */
  readonly hasSystemd: boolean;
  /** The files that must exist are looked up below this directory; "/" outside tests. */
  readonly fileRoot: string;
}

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  return {
    environment: process.env,
    isRoot: process.getuid?.() === 0,
    userName: userInfo().username,
    isDebian: /^ID="?debian"?$/m.test(release),
    hasSystemd: existsSync("/run/systemd/system"),
    fileRoot: "/",
  };
}
