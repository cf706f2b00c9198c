import type { RefusedCases } from "../support/refused-case.ts";

/** How the rules about recovery are broken. */
export const recoveryCases: RefusedCases = {
  "a store without verification": {
    rule: "stores-recoverable",
    spoil: (stack) => stack.whole.remove("catalog.0.recovery.inventory"),
    says: ["store: verification: expected recovery.inventory, got nothing; complete its definition"],
  },
  "a store without restore": {
    rule: "stores-recoverable",
    spoil: (stack) => stack.whole.remove("catalog.0.recovery.resetUsers"),
    says: ["store: restore: expected recovery.resetUsers, got nothing; complete its definition"],
  },
  "a store without data to back up": {
    rule: "stores-recoverable",
    spoil: (stack) => stack.whole.set("catalog.0.recovery.connect", undefined),
    says: ["store: backup: expected recovery.connect, got nothing; complete its definition"],
  },
  "a store that the agent does not know": {
    rule: "stores-recoverable",
    spoil: (stack) => stack.inputs("agent-config").replace("stdin", '["store"]', '["other"]'),
    says: [
      "store: backup: expected it among the agent's stores, got [\"other\"]; add it to the agent's configuration",
    ],
  },
  "an application's directory that no point would hold": {
    rule: "stores-recoverable",
    spoil: (stack) =>
      stack.container("store-service").set("mounts", [
        { type: "bind", source: "/srv/kaleem/live/store", target: "/data" },
        { type: "bind", source: "/srv/kaleem/live/application-shop", target: "/files" },
      ]),
    says: [
      "store-service: backup: expected /srv/kaleem/live/application-shop among the directories that points hold, got nothing; say it in the application's data, or in a store's definition",
    ],
  },
  "a store that is called off and cannot be": {
    rule: "stores-recoverable",
    spoil: (stack) =>
      stack
        .inputs("agent-config")
        .replace("stdin", '"stores":["store"]', '"stores":[],"off":[{"name":"store"}]'),
    says: [
      "store: backup: expected it among the agent's stores, got []; add it to the agent's configuration",
    ],
  },
  "a promise of a larger loss": {
    rule: "objectives-held",
    spoil: (stack) => stack.whole.set("catalog.0.recovery.objectives.rpo", "16m"),
    says: ["store: objectives.rpo: expected 15m or less, got 16m; promise to lose less"],
  },
  "a promise of a longer time down": {
    rule: "objectives-held",
    spoil: (stack) => stack.whole.set("catalog.0.recovery.objectives.rto", "2h"),
    says: ["store: objectives.rto: expected 1h or less, got 2h; promise a shorter time"],
  },
  "a schedule that cannot keep the promise": {
    rule: "objectives-held",
    spoil: (stack) => stack.inputs("point-timer").replace("stdin", "/5:", "/12:"),
    says: [
      "store: objectives.rpo: a total loss may cost 16m (pointEvery + shipTimeout), got a promise of 15m; shorten the interval",
    ],
  },
  "no timer for shipping": {
    rule: "timers-present",
    spoil: (stack) =>
      stack.whole.set(
        "resources",
        stack.view.resources.filter(({ name }) => name !== "ship-timer"),
      ),
    says: [
      "kaleem-ship: timer: expected one, got nothing; declare it in Backups, which copies them off-site",
    ],
  },
  "a timer that does not outlive a reboot": {
    rule: "timers-present",
    spoil: (stack) => stack.inputs("point-timer").replace("stdin", "WantedBy=timers.target", ""),
    says: [
      "kaleem-point: WantedBy: expected timers.target, got nothing, so it would not start after a reboot; declare it in Backups, which takes recovery points",
    ],
  },
  "a unit that starts something else": {
    rule: "timers-present",
    spoil: (stack) => stack.inputs("point-service").replace("stdin", "agent point", "agent status"),
    says: [
      "kaleem-point: ExecStart: expected /usr/local/bin/kaleem-agent point, got something else; declare it in Backups, which takes recovery points",
    ],
  },
  "a point that waits for the timer of shipping": {
    rule: "timers-present",
    spoil: (stack) => stack.inputs("point-service").replace("stdin", "OnSuccess=kaleem-ship.service", ""),
    says: [
      "kaleem-point: OnSuccess: expected kaleem-ship.service, got nothing, so a point would wait for the timer of shipping; declare it in Backups, which takes recovery points",
    ],
  },
  "a unit that fails in silence": {
    rule: "timers-present",
    spoil: (stack) => stack.inputs("ship-service").replace("stdin", "OnFailure=alert", ""),
    says: [
      "kaleem-ship: OnFailure: expected the unit that reports it, got nothing, so it would fail silently; declare it in Backups, which copies them off-site",
    ],
  },
};
