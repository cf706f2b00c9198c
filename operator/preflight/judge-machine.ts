import { oldestRestic, type ResticSource } from "../../contract/restic.ts";
import type { MachineView } from "./machine-view.ts";
import { resticTarget, resticWanted } from "./restic-wanted.ts";

/** What a stack wants of the machine that it is to run on. */
export interface WantedMachine {
  readonly stack: string;
  readonly user: string;
  /** Bytes that all services together may take. */
  readonly memory: number;
  /** Size of the loop file in bytes; null when the data have a volume of their own. */
  readonly loopBytes: number | null;
  /** Seconds since 1970, by this computer's clock. */
  readonly now: number;
  /** Which restic the stack's file wants there. */
  readonly restic: ResticSource;
  /** What manages the stack: where its state is kept, and its name there. Null: whoever managed it so far does not count. */
  readonly manager: string | null;
}

/** What stands against a machine; nothing on it was touched yet. */
export interface Preflight {
  /** Each a sentence of what is wrong and what to do; with one of them nothing is done. */
  readonly refusals: readonly string[];
  /** What an operator should know, and what stops nothing. */
  readonly remarks: readonly string[];
}

const gib = 1024 ** 3;
/** Beside the services: Docker, the agent, restic and the page cache. */
const systemMemory = 512 * 1024 ** 2;
/** Docker's images and the local repository, beside the data file. */
const systemDisk = 8 * gib;
/** Of the data volume, kept for what comes in while a restore runs: so much, and at least a GiB. */
const volumeReserve = 0.05;
const maximumClockSeconds = 300;
const supported = new Map([["debian", ["12", "13"]]]);

/** Holds a machine against what the stack wants. Pure; every problem at once. */
export function judgeMachine(view: MachineView, wanted: WantedMachine): Preflight {
  return {
    refusals: [
      ...refuseSystem(view),
      ...refuseRights(view, wanted),
      ...refuseOwner(view, wanted),
      ...refuseResources(view, wanted),
      ...refusePorts(view),
      ...refuseRestic(view, wanted),
    ],
    remarks: remarks(view, wanted),
  };
}

function refuseSystem(view: MachineView): string[] {
  const { os, osVersion, osName, init, architecture, ipv4, defaultRoute4 } = view;
  const refusals: string[] = [];
  if (supported.get(os)?.includes(osVersion) !== true)
    refusals.push(
      `operating system: expected Debian 12 or 13, got ${osName}; use a machine with one of those`,
    );
  if (init !== "systemd")
    refusals.push(`init: expected systemd as process 1, got ${init}; containers without it cannot be hosts`);
  if (architecture !== "x86_64" && architecture !== "aarch64")
    refusals.push(`architecture: expected x86_64 or aarch64, got ${architecture}`);
  if (ipv4 === 0 || defaultRoute4 === 0)
    refusals.push(
      "network: expected an IPv4 address with a default route, got none; the overlay network and most image registries have IPv4 alone: give the machine one, beside its IPv6",
    );
  return refusals;
}

function refuseRights(view: MachineView, { user }: WantedMachine): string[] {
  if (view.uid === 0) return [];
  return [
    `user: expected ${user} to become root through sudo without a password, got uid ${view.uid}; ` +
      `allow it on the machine: echo '${user} ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/${user}`,
  ];
}

/** A machine is managed by one state: two would each remove what the other made. */
export function refuseOwner(
  { managedBy, agentStack }: MachineView,
  { stack, manager }: Pick<WantedMachine, "stack" | "manager">,
): string[] {
  if (agentStack !== undefined && agentStack !== "" && agentStack !== stack) {
    return [
      `machine: it runs stack ${agentStack}, not ${stack}; check kaleem:host.address, or destroy that stack there first`,
    ];
  }
  const other = managerOf(managedBy);
  if (other === null || manager === null || other === manager) return [];
  return [
    `state: this machine is managed by ${other}, not by ${manager}; log in to that state (pulumi login), ` +
      "or, when it is lost for good, use --take-state",
  ];
}

/** Who manages the machine, as its own record says; null when nobody does yet, or the record cannot be read. */
function managerOf(record: string | undefined): string | null {
  if (record === undefined) return null;
  const [, manager] = /"manager": *"([^"]*)"/.exec(record) ?? [];
  return manager ?? null;
}

function refuseResources(view: MachineView, wanted: WantedMachine): string[] {
  const refusals: string[] = [];
  const needed = wanted.memory + systemMemory;
  if (view.memory < needed) {
    refusals.push(
      `memory: the services may take ${size(wanted.memory)}, with ${size(systemMemory)} for the system; ` +
        `expected ${size(needed)}, got ${size(view.memory)}; lower kaleem:services memory, or use a larger machine`,
    );
  }
  const fresh = view.dataSize === undefined;
  const disk = systemDisk + (fresh ? (wanted.loopBytes ?? 0) : 0);
  if (fresh && view.systemFree < disk) {
    refusals.push(
      `disk: ${wanted.loopBytes === null ? "" : `the data file takes ${size(wanted.loopBytes)}, `}images and the local repository ${size(systemDisk)}; ` +
        `expected ${size(disk)} free, got ${size(view.systemFree)}`,
    );
  }
  return refusals;
}

function refusePorts(view: MachineView): string[] {
  const ours = new Set(["docker-proxy", "dockerd", "nginx"]);
  const isUp = view.services.includes("edge") || view.services.includes("nginx");
  return ([80, 443] as const).flatMap((port) => {
    const holder = view[`port${port}`];
    if (holder === undefined || (isUp && ours.has(holder))) return [];
    return [
      `port ${port}: expected it free for the edge, got ${holder} listening; stop that program, or move it`,
    ];
  });
}

/** A machine whose restic is too old gets one brought along, if its stack's file says so: the same for everybody who runs it. */
function refuseRestic(view: MachineView, { restic }: WantedMachine): string[] {
  const target = resticTarget(view.architecture);
  if (target === undefined) return [];
  if (restic !== "distribution" && restic !== target) {
    return [
      `restic: kaleem:host.restic is ${restic}, and the machine is ${view.architecture}; write ${target}`,
    ];
  }
  if (restic === target || resticWanted(view) !== target) return [];
  const found = view.resticOffered ?? view.restic;
  return [
    `restic: expected ${oldestRestic} or later of the machine's distribution, got ${found === undefined || found === "" ? "none that says its version" : found}; ` +
      `add "restic: ${target}" to kaleem:host, and one is brought along`,
  ];
}

function remarks(view: MachineView, wanted: WantedMachine): string[] {
  const off = Math.round(view.clock - wanted.now);
  return [
    ...(Math.abs(off) > maximumClockSeconds
      ? [
          `clock: the machine's is ${Math.abs(off)} s ${off > 0 ? "ahead" : "behind"}; it is set before anything else`,
        ]
      : []),
    ...(view.cgroup === "cgroup2fs"
      ? []
      : [
          `cgroup: expected version 2 (cgroup2fs), got ${view.cgroup}; limits and weights of services and jobs may have no effect there`,
        ]),
    ...(view.foreign.length === 0
      ? []
      : [`containers that are not the platform's run there and are left alone: ${view.foreign.join(", ")}`]),
    ...volumeRemarks(view),
    ...(wanted.restic !== "distribution" && resticWanted(view) === "distribution"
      ? [
          `restic: the machine's distribution has ${view.restic ?? view.resticOffered ?? ""}, which is used; kaleem:host.restic can go`,
        ]
      : []),
    ...(wanted.loopBytes === null
      ? []
      : [
          "the data file and the local repository share one disk: only the off-site bucket survives its loss",
        ]),
  ];
}

/**
 * Whether a restore would find room. The newest copy and a proof's clone share their blocks with the live data; what a restore fetches
 * shares none, and what it replaces stays until somebody gives it up: so it needs once more what is live.
 */
function volumeRemarks({ dataSize, dataFree, liveBytes }: MachineView): string[] {
  if (dataSize === undefined || dataFree === undefined || liveBytes === undefined) return [];
  const needed = liveBytes + Math.max(gib, dataSize * volumeReserve);
  if (dataFree >= needed) return [];
  return [
    `data volume: a restore puts the fetched point (${size(liveBytes)}, as much as is live) beside what it replaces; ` +
      `expected ${size(needed)} free, got ${size(dataFree)} of ${size(dataSize)}; enlarge the volume before that day`,
  ];
}

function size(bytes: number): string {
  return `${(bytes / gib).toFixed(1)} GiB`;
}
