import { dirname } from "node:path";
import { layout } from "../../contract/layout.ts";
import { keptBy, type ServiceDefinition } from "../../catalog/definition.ts";

/** Whom nginx runs as, and who may read its key: upstream's own `nginx` user. */
export const edgeUser = "101:101";

/** A directory that must be on the host before anything uses it. */
export interface HostDirectory {
  readonly path: string;
  readonly owner: string;
  readonly mode: string;
}

/** Every directory of the host, parents first; the stores' own belong to the user that their container runs as. */
export function hostDirectories(catalog: readonly ServiceDefinition[]): HostDirectory[] {
  const root = (path: string, mode: string): HostDirectory => ({ path, owner: "0:0", mode });
  const live = catalog.flatMap((definition) =>
    Object.values(keptBy(definition)).map((directory) => ({
      path: `${layout.live}/${directory}`,
      owner: definition.user ?? "0:0",
      mode: "0700",
    })),
  );
  const history = catalog.flatMap((definition) =>
    definition.kind === "stateless"
      ? Object.values(definition.history ?? {}).map((directory) => ({
          path: `${layout.history}/${directory}`,
          owner: definition.user ?? "0:0",
          mode: "0700",
        }))
      : [],
  );
  return [
    root(layout.live, "0755"),
    ...live,
    root(layout.history, "0755"),
    ...history,
    root(layout.dataProbe, "0755"),
    root(dirname(layout.point), "0700"),
    root(dirname(layout.repository), "0700"),
    root(layout.agentState, "0700"),
    // The data probe is mounted below it, at the data root's own path.
    root(layout.filesystems, "0755"),
    root(`${layout.filesystems}/srv`, "0755"),
    root(`${layout.filesystems}${layout.dataRoot}`, "0755"),
    root(dirname(layout.resticCache), "0700"),
    root(dirname(layout.config), "0755"),
    root(layout.secrets, "0700"),
    root(layout.userSecrets, "0700"),
    root(dirname(layout.offsiteStackFile), "0700"),
    root(layout.edge, "0755"),
    root(dirname(layout.closed), "0755"),
    { path: `${layout.edge}/tls`, owner: edgeUser, mode: "0700" },
    root(dirname(layout.agentBundle), "0755"),
    root(layout.metrics, "0755"),
  ];
}
