import type { StatefulDefinition } from "../../catalog/definition.ts";
import { bytes } from "../../catalog/quantities.ts";
import type { Confinement, LoneContainer } from "../docker/lone-container.ts";
import type { ServiceStart } from "../docker/service-start.ts";

/** What the containers of proofs are found by. */
export const proofLabel = "kaleem.proof";

/** Where a store that is being proven finds its things on the host. */
export interface ProofMounts {
  /** Holds its data directories, by their names below the data root. */
  readonly data: string;
  /** What is mounted at /run/secrets. */
  readonly secrets: string;
  /** Path in the container → file that it reads. */
  readonly files: Readonly<Record<string, string>>;
}

/** Bytes that a store may take while it is proven: as many as its service may. Pure. */
export function memoryOf(definition: StatefulDefinition, start: ServiceStart): number {
  return start.memory ?? bytes(definition.limits.memory);
}

/**
 * A store as its service starts it (image, arguments and environment as they are sized for its memory, user, files, secrets as files),
 * but on the clone of a point, without a network and behind everybody else. Pure.
 */
export function proofContainer(
  definition: StatefulDefinition,
  start: ServiceStart,
  mounts: ProofMounts,
): LoneContainer {
  return {
    ...alone(definition, start),
    ...(start.entrypoint === null ? {} : { entrypoint: start.entrypoint }),
    args: start.args,
    env: start.env,
    binds: [
      ...dataBinds(definition, mounts),
      `${mounts.secrets}:/run/secrets:ro`,
      ...Object.entries(mounts.files).map(([inside, file]) => `${file}:${inside}:ro`),
    ],
  };
}

/** The same store in its maintenance start, which asks for no password and so is given none; null where it has no such start. Pure. */
export function unlockingContainer(
  definition: StatefulDefinition,
  start: ServiceStart,
  mounts: ProofMounts,
): LoneContainer | null {
  const { maintenance } = definition.recovery;
  if (maintenance === undefined) return null;
  return {
    ...alone(definition, start),
    args: maintenance.args,
    binds: dataBinds(definition, mounts),
  };
}

function alone(definition: StatefulDefinition, start: ServiceStart) {
  const { readOnlyRoot, capabilities, scratch } = start;
  const memory = memoryOf(definition, start);
  const confined: Confinement = { memory, readOnlyRoot, capabilities, scratch };
  return {
    name: `kaleem-proof-${definition.name}`,
    image: start.image,
    user: definition.user,
    // RabbitMQ's data and MongoDB's replica set know their node by it.
    hostname: definition.name,
    label: proofLabel,
    confined,
  };
}

function dataBinds({ data }: StatefulDefinition, mounts: ProofMounts): string[] {
  return Object.entries(data).map(([inside, directory]) => `${mounts.data}/${directory}:${inside}`);
}
