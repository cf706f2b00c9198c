import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Machine } from "../../../local/prerequisites/machine.ts";
import { tools } from "../../../local/prerequisites/tools.ts";

/** A machine whose PATH is one folder of small scripts, whose state are files in that folder. */
export interface FakeMachine {
  readonly machine: Machine;
  readonly folder: string;
  /** Puts a script on its PATH; `$here` in it is the folder. */
  readonly put: (name: string, script: string) => void;
  /** Makes an empty file in the folder. */
  readonly touch: (name: string) => void;
}

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const docker = `case "$1" in
version)
  if [ -e $here/denied ]; then
    echo "Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock" >&2
    exit 1
  fi
  if [ -e $here/answers ]; then echo 99.1; exit 0; fi
  echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2
  exit 1;;
ps) if [ -e $here/container ]; then echo 0123456789ab; fi;;
esac`;

/** A daemon that answers as long as it runs. */
const dockerd = `: > $here/answers
trap '/bin/rm $here/answers; exit 0' TERM
while :; do /bin/sleep 0.05; done`;

/** Root on Debian with everything there and the daemon installed but silent; `changes` makes it otherwise. */
export function fakeMachine(changes: Partial<Machine> = {}): FakeMachine {
  const folder = mkdtempSync(join(tmpdir(), "kaleem-machine-"));
  folders.push(folder);
  const put = (name: string, script: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script.replaceAll("$here", folder)}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const touch = (name: string): void => {
    writeFileSync(join(folder, name), "");
  };
  put("docker", docker);
  put("dockerd", dockerd);
  for (const { needs } of tools) {
    mkdirSync(dirname(join(folder, needs)), { recursive: true });
    if (needs.includes("/")) touch(needs);
    else if (needs !== "docker") put(needs, "");
  }
  const machine: Machine = {
    environment: { PATH: folder, KALEEM_CACHE: join(folder, "cache") },
    isRoot: true,
    userName: "olga",
    isDebian: true,
    hasSystemd: false,
    fileRoot: folder,
    ...changes,
  };
  return { machine, folder, put, touch };
}
