import { z } from "zod";

const number = z.coerce.number();
const text = z.string().optional();

/** What `look-at-machine.sh` told of a machine. */
const viewSchema = z.object({
  user: z.string(),
  uid: number,
  os: z.string(),
  osVersion: z.string(),
  osName: z.string(),
  architecture: z.string(),
  init: z.string(),
  cgroup: z.string(),
  /** Seconds since 1970, by the machine's clock. */
  clock: number,
  /** Bytes. */
  memory: number,
  processors: number,
  /** Bytes free where the data file and the local repository lie. */
  systemFree: number,
  /** Bytes free on the data file system; left out while there is none. */
  dataFree: number.optional(),
  dataSize: number.optional(),
  /** Bytes that the stores' live directories take; left out while there are none, or too many files to count at once. */
  liveBytes: number.optional(),
  /** How many global IPv4 addresses, and default routes, it has. */
  ipv4: number,
  defaultRoute4: number,
  docker: text,
  swarm: text,
  port80: text,
  port443: text,
  managedBy: text,
  agentStack: text,
  /** Version of the restic in the machine's PATH; empty when it does not say one. */
  restic: text,
  /** Version of the one that was brought along. */
  resticBrought: text,
  /** Version that the distribution's package lists offer; left out where they could not be asked. */
  resticOffered: text,
});

export interface MachineView extends z.infer<typeof viewSchema> {
  /** Containers that run and belong to no Swarm service. */
  readonly foreign: readonly string[];
  /** Swarm services that there are. */
  readonly services: readonly string[];
}

/** Reads the script's lines. @throws Error naming every field that is missing or no number */
export function readMachineView(output: string): MachineView {
  const pairs = output.split("\n").flatMap((line) => {
    const at = line.indexOf("=");
    return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
  });
  const all = (key: string): string[] => pairs.filter(([name]) => name === key).map(([, value]) => value);
  const parsed = viewSchema.safeParse(Object.fromEntries(pairs));
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
    throw new Error(`preflight: the machine's answer lacks ${fields}; got: ${output.trim().slice(0, 200)}`);
  }
  return { ...parsed.data, foreign: all("foreign"), services: all("service") };
}
