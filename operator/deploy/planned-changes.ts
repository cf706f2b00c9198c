import type { ServiceDefinition } from "../../catalog/definition.ts";

/** One resource that an operation would change, as the engine planned it. */
export interface PlannedChange {
  readonly name: string;
  /** Such as `docker:index/service:Service`. */
  readonly type: string;
  readonly kind: "create" | "update" | "replace" | "delete";
}

/** A plan in words an operator can agree to. */
export interface ChangePlan {
  readonly lines: readonly string[];
  /** What holds data and would be replaced or deleted; agreeing to that wants its name. */
  readonly dataAtRisk: readonly string[];
  readonly unchanged: boolean;
}

const serviceType = "docker:index/service:Service";

/**
 * What a plan would do: what is made, restarted, replaced and taken away, by the words of the catalog. Pure.
 * A store's container that is replaced keeps its directory on the host; yet somebody who did not mean it should say so.
 */
export function describePlan(
  changes: readonly PlannedChange[],
  catalog: readonly ServiceDefinition[],
): ChangePlan {
  const stores = new Set(catalog.filter(({ kind }) => kind === "stateful").map(({ name }) => name));
  const of = (kind: PlannedChange["kind"]): PlannedChange[] => changes.filter((one) => one.kind === kind);
  const service = ({ name, type }: PlannedChange): string | null =>
    type === serviceType ? name.replace(/-service$/, "") : null;
  const named = (list: readonly PlannedChange[]): string => {
    const services = list.flatMap((one) => service(one) ?? []);
    const others = list.length - services.length;
    const rest =
      others === 0
        ? ""
        : `${others} ${services.length === 0 ? "resource" : "other resource"}${others === 1 ? "" : "s"}`;
    return [services.length === 0 ? "" : `services ${services.join(", ")}`, rest]
      .filter(Boolean)
      .join(" and ");
  };
  const line = (verb: string, list: readonly PlannedChange[]): string[] =>
    list.length === 0 ? [] : [`  ${verb.padEnd(8)} ${named(list)}`];
  const risky = [...of("replace"), ...of("delete")].flatMap((one) => {
    const name = service(one);
    return name !== null && stores.has(name) ? [name] : [];
  });
  return {
    lines: [
      ...line("create", of("create")),
      ...line("update", of("update")),
      ...line("replace", of("replace")),
      ...line("delete", of("delete")),
      ...restarts(of("update"), stores, service),
    ],
    dataAtRisk: [...new Set(risky)].sort(),
    unchanged: changes.length === 0,
  };
}

function restarts(
  updates: readonly PlannedChange[],
  stores: ReadonlySet<string>,
  service: (change: PlannedChange) => string | null,
): string[] {
  const stopped = updates.flatMap((one) => service(one) ?? []).filter((name) => stores.has(name));
  if (stopped.length === 0) return [];
  return [
    `  stores that are stopped and started once: ${stopped.join(", ")}; what needs them waits a few seconds`,
  ];
}
