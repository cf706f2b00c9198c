import { z } from "zod";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { waitUntil } from "../../contract/wait-until.ts";
import { EdgeClient, type EdgeTarget } from "../../recovery/orders/edge-client.ts";
import { orderDigest } from "../../recovery/orders/ledger.ts";
import { attemptOrder } from "../../recovery/orders/order-attempt.ts";
import type { SmokeHost } from "./smoke-host.ts";

/** One thing that was proved, or not. */
export interface SmokeStep {
  /** A store or a service. */
  readonly name: string;
  readonly ok: boolean;
  /** From the beginning of the part that it belongs to: the order, or the webhook. */
  readonly milliseconds: number;
  readonly sentence: string;
}

export interface SmokeOptions {
  readonly edge: EdgeTarget;
  readonly host: SmokeHost;
  readonly onStep: (step: SmokeStep) => void;
  /** How long a worker and the stores have, each for the order and for the webhook. @default 30000 */
  readonly limitMs?: number;
  /** @default 250 */
  readonly everyMs?: number;
}

const source = "smoke";
const placed = z.object({ id: z.string() });

/**
 * Places one order and one signed webhook through the edge and proves what became of them, by asking the stores themselves: an
 * order must be in every store unaltered, its message worked off, its receipt written. Gives all steps; any that is not ok is a failure.
 */
export async function smokeTest(options: SmokeOptions): Promise<readonly SmokeStep[]> {
  const steps: SmokeStep[] = [];
  const client = new EdgeClient(options.edge, 10_000);
  const run = new SmokeRun(options, client, (step) => {
    steps.push(step);
    options.onStep(step);
  });
  try {
    await run.order();
    await run.webhook();
  } finally {
    client.close();
  }
  return steps;
}

class SmokeRun {
  readonly #options: SmokeOptions;
  readonly #client: EdgeClient;
  readonly #say: (step: SmokeStep) => void;
  #begun = performance.now();

  constructor(options: SmokeOptions, client: EdgeClient, say: (step: SmokeStep) => void) {
    this.#options = options;
    this.#client = client;
    this.#say = say;
  }

  async order(): Promise<void> {
    this.#begun = performance.now();
    const request = { customer: "smoke", item: "test", quantity: 1, seq: 2_000_000_000 };
    const outcome = await attemptOrder(this.#client, request);
    if (outcome.kind !== "acknowledged") {
      this.#step("api", false, `no order was acknowledged: ${outcome.message}`);
      return;
    }
    const { id, order } = outcome;
    this.#step("api", true, `order ${id} acknowledged`);
    await this.#untilHeld(id, orderDigest(order));
    const { status, body } = await this.#client.get(`/api/orders/${id}`);
    const isEqual = status === 200 && orderDigest(body) === orderDigest(order);
    this.#step(
      "edge",
      isEqual,
      isEqual ? "read back unaltered" : `read back as ${status} ${JSON.stringify(body)}`,
    );
  }

  async webhook(): Promise<void> {
    this.#begun = performance.now();
    const call = { event: "smoke", at: new Date().toISOString() };
    const header = await attempt(() => this.#options.host.sign(source, JSON.stringify(call)));
    if ("why" in header) {
      this.#step("webhooks", false, `could not be signed: ${header.why}`);
      return;
    }
    const { status, body } = await this.#client.post(`/webhooks/${source}`, call, {
      "x-kaleem-signature": header.value,
    });
    const accepted = placed.safeParse(body);
    if (status !== 202 || !accepted.success) {
      this.#step("webhooks", false, `not accepted: ${status} ${JSON.stringify(body)}`);
      return;
    }
    const { id } = accepted.data;
    this.#step("webhooks", true, `${id} accepted`);
    const recorded = async () => {
      const { stores } = await this.#options.host.webhooks(id);
      return Object.entries(stores).map(([name, answer]) => ({
        name,
        ...("why" in answer ? { why: answer.why } : { ok: id in answer.held, why: "not recorded" }),
      }));
    };
    await this.#until(recorded, () => "the webhook is recorded");
  }

  /** A message that is worked off is no longer in its queue; everywhere else the order has to be. */
  async #untilHeld(id: string, digest: string): Promise<void> {
    const { host } = this.#options;
    const looked = async () => {
      const { stores } = await host.orders(id);
      return Object.entries(stores).map(([name, answer]) => {
        if ("why" in answer) return { name, why: answer.why };
        const found = answer.held[id];
        if (host.queues.has(name)) {
          return { name, ok: found === undefined, why: "no worker has accepted the message" };
        }
        return { name, ok: found === digest, why: found === undefined ? "it is not there" : "it is altered" };
      });
    };
    await this.#until(looked, (name) =>
      host.queues.has(name) ? "the message is processed" : "holds the order unaltered",
    );
  }

  /** Looks until all is well or the time is up; says each thing once, at the first look that showed it. */
  async #until(look: () => Promise<readonly Look[]>, said: (name: string) => string): Promise<void> {
    const { limitMs = 30_000, everyMs = 250 } = this.#options;
    const done = new Set<string>();
    let seen: readonly Look[] = [];
    const open = (): readonly Look[] => seen.filter(({ name }) => !done.has(name));
    const isWell = async (): Promise<boolean> => {
      const looks = await attempt(look);
      seen = "why" in looks ? [{ name: "agent", why: looks.why }] : looks.value;
      for (const { name, ok } of seen) {
        if (ok !== true || done.has(name)) continue;
        done.add(name);
        this.#step(name, true, said(name));
      }
      return seen.length > 0 && open().length === 0;
    };
    if ((await waitUntil(isWell, { limitMs, everyMs })) === true) return;
    if (seen.length === 0) this.#step("agent", false, "no store of this stack keeps it");
    for (const { name, why } of open()) this.#step(name, false, `${why}, after ${limitMs / 1000} s`);
  }

  #step(name: string, ok: boolean, sentence: string): void {
    this.#say({ name, ok, milliseconds: Math.round(performance.now() - this.#begun), sentence });
  }
}

interface Look {
  readonly name: string;
  readonly ok?: boolean;
  /** What is wrong when it is not ok. */
  readonly why: string;
}

async function attempt<T>(work: () => Promise<T>): Promise<{ readonly value: T } | { readonly why: string }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { why: sentenceOf(error) };
  }
}
