import { portableReader } from "../../../catalog/portable/read-portable.ts";
import type { Dump } from "../../../catalog/portable/portable.ts";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import type { ContentReader } from "../../dumps/read-while-written.ts";
import { configsSource } from "../../dumps/configs.ts";
import type { AgentContext } from "../context.ts";

/** Something that is dumped: a store, or the host's own files. */
export interface DumpSource {
  /** The store's name in the catalog, or `configs`. */
  readonly name: string;
  /** Its file's name in a snapshot: always the same, since restic tells dumps of one thing by their path. */
  readonly file: string;
  /** What the former scripts' names begin and end with. */
  readonly named: Dump<unknown>["file"];
  readonly read: ContentReader;
  /** Null for the host's own files. */
  readonly store: { readonly definition: StatefulDefinition; readonly dump: Dump<unknown> } | null;
}

/** Everything here that can be dumped, in the order of the catalog. */
export function dumpSources({ stores }: Pick<AgentContext, "stores">): readonly DumpSource[] {
  const ofStores = stores.flatMap((definition): DumpSource[] => {
    const { name, recovery } = definition;
    const dump = recovery.portable?.dump;
    const reader = portableReader(name);
    if (dump === undefined || reader === null) return [];
    const file = `${name}${dump.file.suffix}`;
    const read: ContentReader = (content) => reader(content, file, { rename: {}, withoutUsers: false });
    return [{ name, file, named: dump.file, read, store: { definition, dump } }];
  });
  return [...ofStores, { ...configsSource, store: null }];
}
