import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import type { OplogReader } from "../../../catalog/oplog/oplog.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import type { Bucket } from "../../lineage/bucket.ts";
import { checkHead } from "../../lineage/check-head.ts";
import { readIdentity, type Identity } from "../../lineage/identity.ts";
import { writeMetrics } from "../../metrics/metrics.ts";
import { ForgottenSlices } from "../../oplog/forget-slices.ts";
import { sliceKey } from "../../oplog/slice-object.ts";
import { tailOnce, type TailRound } from "../../oplog/tail.ts";
import type { TailRecord } from "../../oplog/tail-record.ts";
import { PointCatalogue } from "../../point/point-catalogue.ts";
import { defaultLockForMs, offsiteRetention } from "../../restic/retention.ts";
import { milliseconds, type Duration } from "../../../catalog/quantities.ts";
import { userSecrets } from "../../stores/user-secrets.ts";
import { withoutSecrets } from "../../stores/without-secrets.ts";
import type { AgentContext } from "../context.ts";
import { oplogSamples, ShipWaits } from "./oplog-metrics.ts";

/** So often it is looked for new entries: with a second in which they settle, one is off-site in well under ten. */
const everyMs = 4_000;
/** So long it waits after a failure, twice as long after each one that follows. */
const firstWaitMs = 1_000;
const longestWaitMs = 30_000;
/** Whether this host may still write is asked so often. */
const headEveryMs = 60_000;
const dayMs = 86_400_000;

/** A store that keeps an oplog. */
export type LoggedStore = StatefulDefinition & {
  readonly recovery: { readonly oplog: NonNullable<StatefulDefinition["recovery"]["oplog"]> };
};

/** The first of the stores that keeps an oplog; null when none does. */
export function loggedStore(stores: readonly StatefulDefinition[]): LoggedStore | null {
  return stores.find((store): store is LoggedStore => store.recovery.oplog !== undefined) ?? null;
}

/** Ships the oplog until it is stopped; what fails is tried again, ever more rarely, and told by the log and by the metrics' age. */
export class OplogShipping {
  readonly #context: AgentContext;
  readonly #store: LoggedStore;
  readonly #waits = new ShipWaits();
  #reader: OplogReader | null = null;
  #bucket: Bucket | null = null;
  #forgotten: ForgottenSlices | null = null;
  #key: { readonly lineage: string; readonly key: Buffer } | null = null;
  #headAt = -Infinity;
  #forgetAt = -Infinity;
  #record: TailRecord | null = null;

  constructor(context: AgentContext, store: LoggedStore) {
    this.#context = context;
    this.#store = store;
  }

  async run(): Promise<void> {
    const { interrupted, log } = this.#context;
    const isStopped = (): boolean => interrupted.aborted;
    let failures = 0;
    const started = await programMarks();
    while (!isStopped()) {
      if ((await programMarks()) !== started) {
        log.line("there is a new version of the agent or of its configuration: ends, to be started with it");
        break;
      }
      try {
        const more = await this.#look();
        failures = 0;
        if (!more) await pause(everyMs, interrupted);
      } catch (error) {
        if (isStopped()) break;
        if (isForGood(error)) throw error;
        failures += 1;
        const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 10));
        log.line(`the oplog is not shipped (again in ${waitMs / 1000} s): ${await this.#toldSafely(error)}`);
        await this.#closeReader();
        await pause(waitMs, interrupted);
      }
    }
    await this.#closeReader();
  }

  /** @returns whether there is more to read at once */
  async #look(): Promise<boolean> {
    const { host, locks, machineId } = this.#context;
    // A restore exchanges the store's data before the lineage says so: what it holds meanwhile goes on from nothing.
    if (await locks.taken("restore")) return false;
    const identity = await readIdentity(host, layout.lineage, machineId);
    if (identity.founded === null) return false;
    await this.#mayShip(identity);
    const bucket = await this.#openBucket();
    const round = await tailOnce({
      ...this.#context,
      bucket,
      identity,
      reader: await this.#openReader(),
      key: await this.#keyOf(identity.lineage),
      askForPoint: async () => {
        await host.run(["systemctl", "start", "--no-block", "kaleem-point.service"], { timeoutMs: 30_000 });
      },
    });
    await this.#tell(round);
    if (!round.more) await this.#forget(identity, bucket);
    return round.more;
  }

  async #tell({ record, oldest, state }: TailRound): Promise<void> {
    const { host } = this.#context;
    if (oldest !== null) this.#waits.add(host.now().getTime() / 1000 - oldest);
    const isNew =
      state !== "idle" || record?.until !== this.#record?.until || record?.gap?.at !== this.#record?.gap?.at;
    this.#record = record;
    if (isNew) await writeMetrics(host, layout.metrics, "oplog", oplogSamples(record, this.#waits));
  }

  /** A few objects a look, beside the shipping; once a day it is found out what is due. */
  async #forget({ lineage, generation }: Identity, bucket: Bucket): Promise<void> {
    const { config, host, log } = this.#context;
    const forgotten = (this.#forgotten ??= new ForgottenSlices(bucket));
    const nowMs = host.now().getTime();
    if (forgotten.isDone && nowMs - this.#forgetAt >= dayMs) {
      this.#forgetAt = nowMs;
      const points = (await new PointCatalogue(bucket).read()) ?? [];
      forgotten.begin({
        lineage,
        generation,
        points: points.map(({ instant }) => instant),
        windowMs: milliseconds((config.offsiteRetention ?? offsiteRetention).within as Duration),
        lockForMs: config.lockForMs ?? defaultLockForMs,
        nowMs,
      });
    }
    if (forgotten.isDone) return;
    const isDone = await forgotten.step();
    if (isDone && forgotten.removed > 0)
      log.line(`removed ${forgotten.removed} slices of the oplog that no point needs any more`);
  }

  async #mayShip({ founded }: Identity): Promise<void> {
    const nowMs = this.#context.host.now().getTime();
    if (founded === null || Math.abs(nowMs - this.#headAt) < headEveryMs) return;
    checkHead((await (await this.#context.head()).read())?.head ?? null, founded);
    this.#headAt = nowMs;
  }

  async #openBucket(): Promise<Bucket> {
    return (this.#bucket ??= await this.#context.bucket());
  }

  async #openReader(): Promise<OplogReader> {
    if (this.#reader !== null) return this.#reader;
    const { docker } = this.#context;
    const { name, recovery } = this.#store;
    const [container] = await docker.containersOf(name);
    const address = container === undefined ? null : await docker.hostAddress(container.id);
    if (address === null)
      throw new RecoveryError(exitCodes.storeDown, `Store ${name} does not run on this host.`);
    return (this.#reader = await recovery.oplog.open({
      host: address,
      secrets: await userSecrets(this.#store),
    }));
  }

  async #keyOf(lineage: string): Promise<Buffer> {
    if (this.#key?.lineage !== lineage)
      this.#key = { lineage, key: sliceKey(await this.#context.offsite.masterKey(), lineage) };
    return this.#key.key;
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    // Keys may be changed while we run.
    this.#bucket = null;
    this.#forgotten = null;
    // Its end is no matter: it may be broken already.
    await reader?.close().catch(() => undefined);
  }

  async #toldSafely(error: unknown): Promise<string> {
    const secrets = await userSecrets(this.#store).catch(() => ({}));
    return withoutSecrets(sentenceOf(error), Object.values(secrets));
  }
}

/** What only a new start with a new configuration mends, or a person: systemd starts it again. */
function isForGood(error: unknown): boolean {
  if (!(error instanceof RecoveryError)) return false;
  return error.exitCode === exitCodes.config || error.exitCode === exitCodes.superseded;
}

/** Tells one version of the program and its configuration from another; systemd starts what has ended again. */
async function programMarks(): Promise<string> {
  const times = await Promise.all(
    [layout.agentBundle, layout.config].map(
      async (path) => (await stat(path).catch(() => null))?.mtimeMs ?? 0,
    ),
  );
  return times.join(" ");
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
