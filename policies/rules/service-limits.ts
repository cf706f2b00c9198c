import { type SwarmServiceResource, swarmServices } from "../declared.ts";
import { list, property, shown } from "../property.ts";
import type { Rule } from "../rule.ts";
import type { StackView } from "../stack-view.ts";
import { dockerMilliseconds } from "../time.ts";

/** A store may need this long to recover from a crash; failures before do not count. */
const storeStartPeriodMs = 30 * 60_000;

/** Swarm can only replace what it knows to be broken, and roll back to what it knows to be healthy. */
export const healthcheckPresent: Rule = {
  name: "healthcheck-present",
  description:
    "Every service has a health check, with an interval, a timeout and a limit of retries; an application may say that it has none.",
  check: (view) =>
    eachService(view, ({ container, service }) => {
      const tests = list(container, "healthcheck.tests");
      // An application may have none, in writing: `health: { kind: none }`, for images that nothing can be run in.
      if (tests.length === 1 && tests[0] === "NONE" && !view.catalog.some(({ name }) => name === service))
        return [];
      if (tests.length < 2 || tests[0] === "NONE")
        return [`healthcheck: expected a command, got ${shown(tests)}; give the definition its health`];
      const spans = ["interval", "timeout"].flatMap((key) => {
        const span = property(container, `healthcheck.${key}`);
        return dockerMilliseconds(span) > 0
          ? []
          : [`healthcheck.${key}: expected a time above zero, got ${shown(span)}; set it in health`];
      });
      const retries = property(container, "healthcheck.retries");
      const limited = typeof retries === "number" && retries >= 1;
      return limited
        ? spans
        : [...spans, `healthcheck.retries: expected 1 or more, got ${shown(retries)}; set it in health`];
    }),
};

/** One service that grows must not take the machine's memory from the others. */
export const memoryLimited: Rule = {
  name: "memory-limited",
  description: "Every service has a memory limit.",
  check: (view) =>
    eachService(view, ({ resource }) => {
      const limit = property(resource.inputs, "taskSpec.resources.limits.memoryBytes");
      return typeof limit === "number" && limit > 0
        ? []
        : [`limits.memoryBytes: expected a limit, got ${shown(limit)}; set limits.memory in the definition`];
    }),
};

/** Docker's default start period is none, and its default grace is too short for a store. */
export const startAndStopInTime: Rule = {
  name: "start-and-stop-in-time",
  description:
    "Every service has a start period and a stop grace; a store's start period outlasts its recovery.",
  check: (view) => {
    const stores = new Set(
      view.catalog.filter(({ kind }) => kind === "stateful").map((definition) => definition.name),
    );
    return eachService(view, ({ service, container }) => {
      const grace = property(container, "stopGracePeriod");
      const start = property(container, "healthcheck.startPeriod");
      const least = stores.has(service) ? storeStartPeriodMs : 1;
      const wanted = stores.has(service) ? "30m or more, for a crash recovery" : "a time above zero";
      return [
        ...(dockerMilliseconds(grace) > 0
          ? []
          : [`stopGracePeriod: expected a time above zero, got ${shown(grace)}; set stopGrace`]),
        ...(dockerMilliseconds(start) >= least
          ? []
          : [`healthcheck.startPeriod: expected ${wanted}, got ${shown(start)}; set health.startPeriod`]),
      ];
    });
  },
};

function eachService(view: StackView, check: (service: SwarmServiceResource) => readonly string[]) {
  return swarmServices(view).flatMap((service) =>
    check(service).map((sentence) => ({ resource: service.resource.name, sentence })),
  );
}
