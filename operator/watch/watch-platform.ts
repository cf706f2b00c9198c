import { setTimeout as delay } from "node:timers/promises";
import { firingAlertsSchema } from "../../recovery/agent/answers/firing-alerts.ts";
import type { EdgeTarget } from "../../recovery/business/edge-client.ts";
import { askAgent } from "../agent/agent.ts";
import { askEdge } from "../deploy/await-edge.ts";
import type { SshHost } from "../ssh/ssh.ts";
import { whyNot, type FiringAlert, type Watched, type WatchPlan } from "./watched.ts";

/** What a watch looks through; tests give another. */
export interface WatchEyes {
  /** One request through the edge; null when it was answered as it has to be, else what it met. */
  ask(): Promise<string | null>;
  /** What fires now. @throws when monitoring cannot be asked */
  alerts(): Promise<readonly FiringAlert[]>;
  pause(milliseconds: number): Promise<unknown>;
}

export interface Watch {
  readonly plan: WatchPlan;
  readonly eyes: WatchEyes;
  readonly onLook?: (seen: Watched) => void;
}

/** How a watch ended. */
export interface WatchEnd {
  readonly seen: Watched;
  /** Null when all was well to the end. */
  readonly why: string | null;
}

const everyMs = 1_000;
/** So often are alerts read: rules are judged four times a minute. */
const requestsBetweenAlerts = 15;

/** Asks once a second, and reads the alerts, until all is asked or it has failed. @throws what reading alerts throws */
export async function watchPlatform({ plan, eyes, onLook }: Watch): Promise<WatchEnd> {
  const before = await eyes.alerts();
  let seen: Watched = { before, asked: 0, failed: 0, lastFailure: null, firing: before };
  while (seen.asked < plan.requests) {
    const failure = await eyes.ask();
    const asked = seen.asked + 1;
    const isTurn = asked % requestsBetweenAlerts === 0 || asked === plan.requests;
    seen = {
      ...seen,
      asked,
      ...(failure === null ? {} : { failed: seen.failed + 1, lastFailure: failure }),
      ...(isTurn ? { firing: await eyes.alerts() } : {}),
    };
    onLook?.(seen);
    const why = whyNot(plan, seen);
    if (why !== null) return { seen, why };
    if (asked < plan.requests) await eyes.pause(everyMs);
  }
  return { seen, why: null };
}

/** The platform as its customers and its monitoring see it. */
export function platformEyes(host: SshHost, edge: EdgeTarget): WatchEyes {
  return {
    async ask() {
      const { status, text } = await askEdge(edge);
      return status === 200 ? null : text;
    },
    alerts: async () =>
      (await askAgent(host, { argv: ["alerts"], schema: firingAlertsSchema, timeoutMs: 30_000 })).firing,
    pause: (milliseconds) => delay(milliseconds),
  };
}
