import type { ServiceDefinition, StatefulDefinition } from "../../catalog/definition.ts";
import { milliseconds } from "../../catalog/quantities.ts";
import { layout } from "../../contract/layout.ts";
import { isAccount } from "../account-view.ts";
import { hostFiles, swarmServices } from "../declared.ts";
import { list, property, shown } from "../property.ts";
import type { Finding, Rule } from "../rule.ts";
import type { StackView } from "../stack-view.ts";
import { calendarMilliseconds, spoken } from "../time.ts";

/** Orders and customers: at most 15 minutes lost. Every store counts as such until it is listed in `lessCritical`. */
const criticalLossMs = 15 * 60_000;
const otherLossMs = 24 * 3_600_000;
const oneServiceDownMs = 3_600_000;
const lessCritical: ReadonlySet<string> = new Set();

const needed = {
  backup: ["data", "recovery.connect", "recovery.version"],
  restore: ["recovery.setup", "recovery.resetUsers"],
  verification: ["recovery.inventory", "recovery.canary.write", "recovery.canary.read"],
  objectives: ["recovery.objectives.rpo", "recovery.objectives.rto"],
} as const;

/** What keeps data comes back, and what comes back is proved. */
export const storesRecoverable: Rule = {
  name: "stores-recoverable",
  description:
    "Every store has backup, restore, verification and objectives, and the agent knows it and every directory that applications keep.",
  check: (view) => {
    if (isAccount(view)) return [];
    const known = list(agentConfig(view), "stores");
    return [
      ...mountedUnknown(view),
      ...enabledStores(view).flatMap((store) => [
        ...Object.entries(needed).flatMap(([purpose, paths]) =>
          paths
            .filter((path) => property(store, path) === undefined)
            .map((path) =>
              finding(store, `${purpose}: expected ${path}, got nothing; complete its definition`),
            ),
        ),
        ...(known.includes(store.name)
          ? []
          : [
              finding(
                store,
                `backup: expected it among the agent's stores, got ${shown(known)}; add it to the agent's configuration`,
              ),
            ]),
      ]),
    ];
  },
};

/** An application's directory is in points because the agent's configuration names it: what is mounted and not named, no point would hold. */
function mountedUnknown(view: StackView): readonly Finding[] {
  const ofStores = new Set(stores(view.catalog).flatMap(({ data }) => Object.values(data)));
  const named = new Set(
    list(agentConfig(view), "applications").flatMap((each) =>
      Object.values((property(each, "data") ?? {}) as Readonly<Record<string, unknown>>),
    ),
  );
  return swarmServices(view).flatMap(({ resource, container }) =>
    list(container, "mounts").flatMap((mount) => {
      const source = property(mount, "source");
      // What leads out of there again, `data-under-root` says.
      if (typeof source !== "string" || !source.startsWith(`${layout.live}/`) || source.includes(".."))
        return [];
      const directory = source.slice(layout.live.length + 1);
      if (ofStores.has(directory) || named.has(directory)) return [];
      return [
        {
          resource: resource.name,
          sentence:
            `backup: expected ${source} among the directories that points hold, got nothing; ` +
            `say it in the application's data, or in a store's definition`,
        },
      ];
    }),
  );
}

/** What is promised of one store, and whether the schedule can keep it. */
export const objectivesHeld: Rule = {
  name: "objectives-held",
  description:
    "Objectives lie within 15 min of loss (24 h for what is not critical) and 1 h down; the schedule can keep them.",
  check: (view) => {
    const worst = worstLossMs(view);
    return stores(view.catalog).flatMap((store) => {
      const { rpo, rto } = store.recovery.objectives;
      const limit = lessCritical.has(store.name) ? otherLossMs : criticalLossMs;
      return [
        ...(milliseconds(rpo) <= limit
          ? []
          : [
              finding(
                store,
                `objectives.rpo: expected ${spoken(limit)} or less, got ${rpo}; promise to lose less`,
              ),
            ]),
        ...(milliseconds(rto) <= oneServiceDownMs
          ? []
          : [finding(store, `objectives.rto: expected 1h or less, got ${rto}; promise a shorter time`)]),
        // Where a timer is missing, `timers-present` says so.
        ...(Number.isNaN(worst) || worst <= milliseconds(rpo)
          ? []
          : [
              finding(
                store,
                `objectives.rpo: a total loss may cost ${spoken(worst)} (pointEvery + shipTimeout), ` +
                  `got a promise of ${rpo}; shorten the interval`,
              ),
            ]),
      ];
    });
  },
};

/** What runs by the clock, and the unit's agent command. */
const timed = { point: "takes recovery points", ship: "copies them off-site" } as const;

/** A backup that nobody starts is none. */
export const timersPresent: Rule = {
  name: "timers-present",
  description:
    "Timers take recovery points and ship what is left; each point is shipped at once; each unit starts the agent and reports its failure.",
  check: (view) =>
    Object.entries(isAccount(view) ? {} : timed).flatMap(([role, purpose]): readonly Finding[] => {
      const timer = unit(view, `kaleem-${role}.timer`);
      const service = unit(view, `kaleem-${role}.service`);
      const missing = (what: string) => [
        { resource: `kaleem-${role}`, sentence: `${what}; declare it in Backups, which ${purpose}` },
      ];
      return [
        ...(timer === undefined ? missing("timer: expected one, got nothing") : []),
        ...(service === undefined ? missing("service: expected one, got nothing") : []),
        ...(timer !== undefined && Number.isNaN(interval(timer))
          ? missing("OnCalendar: expected an even interval, got none")
          : []),
        ...(timer === undefined || timer.includes("WantedBy=timers.target")
          ? []
          : missing("WantedBy: expected timers.target, got nothing, so it would not start after a reboot")),
        ...(service === undefined || service.includes(`ExecStart=${layout.agentCommand} ${role}`)
          ? []
          : missing(`ExecStart: expected ${layout.agentCommand} ${role}, got something else`)),
        ...(role !== "point" ||
        service === undefined ||
        /^OnSuccess=(.* )?kaleem-ship\.service( |$)/m.test(service)
          ? []
          : missing(
              "OnSuccess: expected kaleem-ship.service, got nothing, so a point would wait for the timer of shipping",
            )),
        ...(service === undefined || /^OnFailure=\S/m.test(service)
          ? []
          : missing("OnFailure: expected the unit that reports it, got nothing, so it would fail silently")),
      ];
    }),
};

function worstLossMs(view: StackView): number {
  const timeout = property(agentConfig(view), "shipTimeoutMs");
  return (
    interval(unit(view, "kaleem-point.timer") ?? "") + (typeof timeout === "number" ? timeout : Number.NaN)
  );
}

function interval(timer: string): number {
  return calendarMilliseconds(/^OnCalendar=(.*)$/m.exec(timer)?.[1] ?? "");
}

function unit(view: StackView, name: string): string | undefined {
  return hostFiles(view).find(({ path }) => path === `/etc/systemd/system/${name}`)?.content;
}

function agentConfig(view: StackView): unknown {
  const file = hostFiles(view).find(({ path }) => path === layout.config);
  return file === undefined ? undefined : (JSON.parse(file.content) as unknown);
}

function stores(catalog: readonly ServiceDefinition[]): readonly StatefulDefinition[] {
  return catalog.filter((definition) => definition.kind === "stateful");
}

/** A store that may be switched off, and is, has no timer to be known by. */
function enabledStores(view: StackView): readonly StatefulDefinition[] {
  const off = list(agentConfig(view), "off").map((each) => property(each, "name"));
  return stores(view.catalog).filter(({ name, optional }) => optional === undefined || !off.includes(name));
}

function finding({ name }: ServiceDefinition, sentence: string): Finding {
  return { resource: name, sentence };
}
