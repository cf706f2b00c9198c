import { type Rotation, secretsOf, type ServiceDefinition } from "./definition.ts";

/**
 * How a secret of the catalog is rotated. What a definition says of it wins; else a secret in a store's own task needs a restart
 * of the store, and all others change while everything runs.
 * @throws Error for a key that no definition names.
 */
export function rotationOf(key: string, catalog: readonly ServiceDefinition[]): Rotation {
  const definitions = catalog.filter((definition) => Object.values(secretsOf(definition)).includes(key));
  if (definitions.length === 0) throw new Error(`no definition names a secret ${JSON.stringify(key)}`);
  const said = definitions.flatMap(({ rotation }) => rotation?.[key] ?? []);
  const inTaskOfStore = definitions.some(
    ({ kind, secrets }) => kind === "stateful" && Object.values(secrets ?? {}).includes(key),
  );
  return said[0] ?? (inTaskOfStore ? "restart" : "live");
}
