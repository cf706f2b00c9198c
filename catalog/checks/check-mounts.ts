import { keptBy, type ServiceDefinition } from "../definition.ts";

/** What is wrong with what services keep and where: one sentence a problem. Pure; part of `checkCatalog`. */
export function mountProblems(all: readonly ServiceDefinition[]): string[] {
  return [...all.flatMap(scratchProblems), ...sharedDirectories(all)];
}

/** Memory over kept files would hide them, kept files over memory would be lost in the reader's eye: neither. */
function scratchProblems(definition: ServiceDefinition): string[] {
  const data = Object.keys(keptBy(definition));
  return Object.keys(definition.scratch ?? {}).flatMap((scratch) => [
    ...(scratch.startsWith("/") && scratch !== "/"
      ? []
      : [`${definition.name}.scratch: expected an absolute path, got ${JSON.stringify(scratch)}`]),
    ...data
      .filter((path) => overlap(path, scratch))
      .map(
        (path) =>
          `${definition.name}.scratch: ${scratch} overlaps with the data in ${path}: what is kept and what is not need separate directories`,
      ),
  ]);
}

/** A directory under the data root has one owner: two would spoil each other's files, and a restore could place only one. */
function sharedDirectories(all: readonly ServiceDefinition[]): string[] {
  const owned = all.flatMap((definition) =>
    Object.values(keptBy(definition)).map((directory) => ({ name: definition.name, directory })),
  );
  return owned.flatMap(({ name, directory }, index) =>
    owned
      .slice(0, index)
      .filter((other) => overlap(other.directory, directory))
      .map(
        (other) =>
          `${name}.data: the directory ${directory} is ${other.name}'s` +
          `${other.directory === directory ? "" : ` (${other.directory})`}; each store needs its own`,
      ),
  );
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
