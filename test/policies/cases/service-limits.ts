import type { RefusedCases } from "../support/refused-case.ts";

/** How the rules about the limits of services are broken. */
export const serviceLimitsCases: RefusedCases = {
  "no health check": {
    rule: "healthcheck-present",
    spoil: (stack) => stack.container("store-service").set("healthcheck.tests", ["NONE"]),
    says: ['store-service: healthcheck: expected a command, got ["NONE"]; give the definition its health'],
  },
  "a health check without a timeout": {
    rule: "healthcheck-present",
    spoil: (stack) => stack.container("store-service").set("healthcheck.timeout", "0s"),
    says: ['store-service: healthcheck.timeout: expected a time above zero, got "0s"; set it in health'],
  },
  "a health check without a limit of retries": {
    rule: "healthcheck-present",
    spoil: (stack) => stack.container("store-service").remove("healthcheck.retries"),
    says: ["store-service: healthcheck.retries: expected 1 or more, got nothing; set it in health"],
  },
  "no memory limit": {
    rule: "memory-limited",
    spoil: (stack) => stack.inputs("store-service").remove("taskSpec.resources"),
    says: [
      "store-service: limits.memoryBytes: expected a limit, got nothing; set limits.memory in the definition",
    ],
  },
  "no stop grace": {
    rule: "start-and-stop-in-time",
    spoil: (stack) => stack.container("store-service").remove("stopGracePeriod"),
    says: ["store-service: stopGracePeriod: expected a time above zero, got nothing; set stopGrace"],
  },
  "a store that is killed while it recovers": {
    rule: "start-and-stop-in-time",
    spoil: (stack) => stack.container("store-service").set("healthcheck.startPeriod", "29m59s"),
    says: [
      'store-service: healthcheck.startPeriod: expected 30m or more, for a crash recovery, got "29m59s"; set health.startPeriod',
    ],
  },
};
