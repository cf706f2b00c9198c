import { layout } from "../../contract/layout.ts";
import { keptBy, type ServiceDefinition } from "../../catalog/definition.ts";
import { bytes, dockerDuration } from "../../catalog/quantities.ts";

/** What of a container the catalog does not know: which image, and what of the host it sees. */
export interface ContainerArgs {
  readonly definition: ServiceDefinition;
  /** Image reference with digest. */
  readonly image: string;
  /** Directories of the host, read-only, beside the definition's data: path on the host → path in the container. */
  readonly binds?: Readonly<Record<string, string>>;
  /** Memory that the container may have. @default the definition's own limit */
  readonly memoryBytes?: number;
}

/**
 * A definition of the catalog as the `containerSpec` of its Swarm service, secrets and configs apart. Pure. Whoever breaks into
 * the service can change none of its programs and has no right of root's but the listed ones.
 */
export function containerSpec({ definition, image, binds = {}, memoryBytes }: ContainerArgs) {
  const { health } = definition;
  const sized = definition.sizing?.(memoryBytes ?? bytes(definition.limits.memory)) ?? {};
  const args = [...(definition.args ?? []), ...(sized.args ?? [])];
  const env = { ...definition.env, ...sized.env };
  const mounts = [
    ...dataMounts(definition),
    ...bindMounts(binds),
    ...seen(definition),
    ...scratchMounts(definition),
  ];
  const capabilities = definition.capabilities ?? [];
  return {
    image,
    // Docker's init passes signals on and reaps what a health check leaves behind.
    init: true,
    ...(definition.user === undefined ? {} : { user: definition.user }),
    readOnly: definition.writableRoot === undefined,
    capDrops: ["ALL"],
    ...(capabilities.length > 0 ? { capAdds: [...capabilities].sort() } : {}),
    stopGracePeriod: dockerDuration(definition.stopGrace),
    ...(definition.entrypoint ? { commands: [...definition.entrypoint] } : {}),
    ...(args.length > 0 ? { args } : {}),
    ...(Object.keys(env).length > 0 ? { env } : {}),
    // Swarm's DNS knows healthy tasks only; a store has to find itself before that.
    ...(definition.kind === "stateful" ? { hostname: definition.name } : {}),
    ...(mounts.length > 0 ? { mounts } : {}),
    healthcheck: {
      tests: health.argv.length === 0 ? ["NONE"] : ["CMD", ...health.argv],
      interval: dockerDuration(health.every),
      timeout: dockerDuration(health.timeout),
      retries: health.retries,
      startPeriod: dockerDuration(health.startPeriod),
    },
  };
}

function dataMounts(definition: ServiceDefinition) {
  const [root, directories] =
    definition.kind === "stateless"
      ? [layout.history, definition.history ?? {}]
      : [layout.live, keptBy(definition)];
  return Object.entries(directories).map(([target, directory]) => ({
    type: "bind",
    source: `${root}/${directory}`,
    target,
  }));
}

function seen({ reads = {} }: ServiceDefinition) {
  return Object.entries(reads).map(([target, source]) => ({ type: "bind", source, target, readOnly: true }));
}

function bindMounts(binds: Readonly<Record<string, string>>) {
  return Object.entries(binds).map(([source, target]) => ({ type: "bind", source, target, readOnly: true }));
}

/**
 * In memory, within the service's memory limit, and gone with the task. Anybody may write there and nobody may remove
 * another's files: that is Docker's default, and a mode that says so comes back from a refresh without its sticky bit.
 */
function scratchMounts({ scratch = {} }: ServiceDefinition) {
  return Object.entries(scratch).map(([target, size]) => ({
    type: "tmpfs",
    target,
    tmpfsOptions: { sizeBytes: bytes(size) },
  }));
}
