import { z } from "zod";

const container = z.looseObject({
  Config: z.looseObject({ Labels: z.record(z.string(), z.string()), User: z.string() }),
  HostConfig: z.looseObject({
    ReadonlyRootfs: z.boolean(),
    Privileged: z.boolean(),
    CapAdd: z.array(z.string()).nullable(),
    CapDrop: z.array(z.string()).nullable(),
  }),
  Mounts: z.array(z.looseObject({ Source: z.string().optional(), Destination: z.string() })),
});
const restic = z.strictObject({
  version: z.string(),
  from: z.enum(["distribution", "brought along"]),
  /** Whether one that was brought along has the bytes that were checked when it came. */
  pinned: z.boolean(),
});
const line = z.union([
  z.strictObject({ sshd: z.string() }),
  z.strictObject({ sshPort: z.number().int() }),
  z.strictObject({ listening: z.number().int() }),
  z.strictObject({ restic }),
  z.strictObject({ state: z.strictObject({ name: z.string(), active: z.string() }) }),
  z.strictObject({ unit: z.strictObject({ name: z.string(), exposure: z.number() }) }),
  z.strictObject({ container }),
  z.strictObject({ sshAudit: z.string() }),
  z.strictObject({ lynis: z.strictObject({ index: z.number(), suggestions: z.string() }) }),
]);

/** One running task as the host's Docker has it. */
export interface SeenContainer {
  readonly service: string;
  readonly user: string;
  readonly readOnly: boolean;
  readonly privileged: boolean;
  /** Without the prefix `CAP_`. */
  readonly capAdds: readonly string[];
  readonly capDrops: readonly string[];
  /** Paths of the host that it sees. */
  readonly sources: readonly string[];
}

/** What a host showed of itself. */
export interface HostView {
  /** Setting → value, as `sshd -T` prints them. */
  readonly sshd: ReadonlyMap<string, string>;
  /** Ports that sshd listens on beyond the loopback, ascending. */
  readonly sshPorts: readonly number[];
  /** TCP ports that anything listens on beyond the loopback, ascending. */
  readonly listening: readonly number[];
  /** The agent's restic; undefined when the host did not say. */
  readonly restic: z.infer<typeof restic> | undefined;
  /** Unit → how systemd calls its state, such as `active`. */
  readonly states: ReadonlyMap<string, string>;
  readonly units: readonly { readonly name: string; readonly exposure: number }[];
  readonly containers: readonly SeenContainer[];
  /** What ssh-audit fails; undefined when it was not asked. */
  readonly sshFailures: readonly string[] | undefined;
  readonly lynis: { readonly index: number; readonly suggestions: readonly string[] } | undefined;
}

/** Reads what look-at-host.sh printed. Pure. */
export function readHostView(printed: string): HostView {
  const seen = printed
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => line.parse(JSON.parse(text)));
  const settings = seen.flatMap((each) => ("sshd" in each ? lines(each.sshd) : []));
  const failures = seen.find((each) => "sshAudit" in each);
  const lynis = seen.find((each) => "lynis" in each)?.lynis;
  return {
    sshd: new Map(
      settings.map((text): [string, string] => {
        const [key = "", ...value] = text.split(" ");
        return [key, value.join(" ")];
      }),
    ),
    sshPorts: seen.flatMap((each) => ("sshPort" in each ? [each.sshPort] : [])).sort((a, b) => a - b),
    listening: seen.flatMap((each) => ("listening" in each ? [each.listening] : [])).sort((a, b) => a - b),
    restic: seen.find((each) => "restic" in each)?.restic,
    states: new Map(
      seen.flatMap((each) => ("state" in each ? [[each.state.name, each.state.active] as const] : [])),
    ),
    units: seen.flatMap((each) => ("unit" in each ? [each.unit] : [])),
    containers: seen.flatMap((each) => ("container" in each ? [seenContainer(each.container)] : [])),
    sshFailures: failures === undefined ? undefined : lines(failures.sshAudit),
    lynis: lynis === undefined ? undefined : { index: lynis.index, suggestions: lines(lynis.suggestions) },
  };
}

function seenContainer({ Config, HostConfig, Mounts }: z.infer<typeof container>): SeenContainer {
  const names = (capabilities: readonly string[] | null): string[] =>
    (capabilities ?? []).map((name) => name.replace(/^CAP_/, "")).sort();
  return {
    service: Config.Labels["com.docker.swarm.service.name"] ?? "",
    user: Config.User,
    readOnly: HostConfig.ReadonlyRootfs,
    privileged: HostConfig.Privileged,
    capAdds: names(HostConfig.CapAdd),
    capDrops: names(HostConfig.CapDrop),
    sources: Mounts.flatMap(({ Source }) => (Source === undefined ? [] : [Source])),
  };
}

function lines(base64: string): string[] {
  return Buffer.from(base64, "base64")
    .toString("utf8")
    .split("\n")
    .filter((text) => text !== "");
}
