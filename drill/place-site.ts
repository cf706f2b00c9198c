import { readFile } from "node:fs/promises";
import { isApplication } from "../catalog/definition.ts";
import type { Progress } from "../workstation/progress.ts";
import { askEdge } from "../operator/deploy/await-edge.ts";
import { bringUp, type BroughtUp } from "../operator/deploy/bring-up.ts";
import { stackCatalog } from "../operator/stack/stack-catalog.ts";
import { openPlace } from "../operator/stack/open-place.ts";
import type { Stack } from "../operator/stack/stack.ts";
import type { EdgeTarget } from "../recovery/business/edge-client.ts";
import type { ClockOffset, DrillSite } from "./drill-site.ts";
import { pointListSchema } from "../recovery/agent/answers/listed-point.ts";
import { recoveryKitSchema } from "../operator/kit/recovery-kit.ts";
import { renderRestoreEvent } from "../operator/screens/render-restore.ts";
import { restoreStack, type RestoreAsk } from "../operator/agent/restore-stack.ts";
import { withOperationLock } from "../operator/deploy/operation-lock.ts";
import type { RestoreReport } from "../recovery/restore/report/report.ts";
import { Bucket } from "../recovery/lineage/bucket.ts";
import { layout } from "../contract/layout.ts";
import { loseDirectories } from "./scenarios/lose-directory.ts";
import { attackBucket, type Attack } from "./scenarios/attack-bucket.ts";
import { damage, type Damage } from "./scenarios/damage.ts";
import { demandLock } from "./scenarios/demand-lock.ts";

export interface PlaceSiteOptions {
  /** The stack that is lost; its off-site bucket survives. */
  readonly stack: Stack;
  /** The stack that takes its place. */
  readonly rebuilt: Stack;
  readonly progress: Progress;
  /** How often points are taken and shipped, such as `15s`: a drill cannot wait for the usual interval. */
  readonly pointEvery: string;
}

/** A drill site made of places that may be lost. */
export class PlaceSite implements DrillSite {
  readonly #options: PlaceSiteOptions;
  #lost: BroughtUp | undefined;
  #rebuilt: BroughtUp | undefined;

  constructor(options: PlaceSiteOptions) {
    this.#options = options;
  }

  async up(): Promise<EdgeTarget> {
    const { stack, progress } = this.#options;
    this.#lost = await bringUp({
      stack,
      progress,
      settings: { backups: { pointEvery: this.#options.pointEvery } },
    });
    return this.#lost.edge;
  }

  async shippedPoints(): Promise<readonly string[]> {
    const { points } = await this.#listPoints();
    return points.filter(({ where }) => where.includes("offsite")).map(({ instant }) => instant);
  }

  async lastWordsOnPoints(): Promise<string> {
    const { host } = this.#machine();
    const units = ["kaleem-point", "kaleem-ship"];
    const questions = [
      ["systemctl", "list-timers", "--all", "--no-pager", ...units.map((name) => `${name}.timer`)],
      ...units.map((unit) => [
        "journalctl",
        "--no-pager",
        "--lines=25",
        "--output=short-iso",
        `--unit=${unit}`,
      ]),
    ];
    const answers = await Promise.all(questions.map((argv) => host.run(argv, { timeoutMs: 30_000 })));
    return [...answers.map(({ stdout }) => stdout.trimEnd()), ...(await this.#listPoints()).notes].join(
      "\n\n",
    );
  }

  async clock(): Promise<ClockOffset> {
    const before = Date.now();
    const { stdout } = await this.#machine().host.run(["date", "+%s%3N"], { timeoutMs: 30_000 });
    const after = Date.now();
    // The host's clock was read somewhere between the two: the middle, give or take half.
    return { offsetMs: Number(stdout) - (before + after) / 2, errorMs: (after - before) / 2 };
  }

  async lose(): Promise<void> {
    const place = await openPlace(this.#options.stack);
    await place.lose();
  }

  async rebuild(): Promise<EdgeTarget> {
    const { rebuilt, progress } = this.#options;
    const lost = this.#machine();
    // All that an operator has kept; nothing else of the lost stack is read from here on.
    const passphrase = (await readFile(lost.stack.passphraseFile, "utf8")).trim();
    this.#rebuilt = await bringUp({
      stack: rebuilt,
      progress,
      kit: recoveryKitSchema.parse({ ...lost.offsite, ...lost.offsiteKeys, passphrase }),
    });
    return this.#rebuilt.edge;
  }

  async closedSeen(): Promise<{ status: number; applicationTasks: number }> {
    const { host, edge, stack } = this.#fresh();
    const { status, text } = await askEdge(edge);
    if (status === null) throw new Error(`${edge.url}: the rebuilt stack's edge gave no answer: ${text}`);
    const format = '{{.Label "com.docker.swarm.service.name"}}';
    const { stdout } = await host.run(["docker", "ps", "--format", format], { timeoutMs: 30_000 });
    const applications = (await stackCatalog(stack)).filter(isApplication).map(({ name }) => name);
    const running = stdout.split("\n").filter((service) => applications.includes(service));
    return { status, applicationTasks: running.length };
  }

  restore(): Promise<RestoreReport> {
    // An empty host takes another stack's place only when it is named.
    return this.#restore({ from: "offsite", ofStack: this.#options.stack.name });
  }

  #restore(request: RestoreAsk): Promise<RestoreReport> {
    const { progress } = this.#options;
    const { host } = this.#fresh();
    return withOperationLock(host.target, "drill", () =>
      restoreStack({
        host,
        request,
        onEvent: (event) => {
          if (event.event === "phase-finished") progress.note(renderRestoreEvent(event, null).join("\n"));
        },
      }),
    );
  }

  async attackOffsite(): Promise<Attack> {
    const { offsite, offsiteKeys } = this.#machine();
    const bucket = new Bucket(offsite, offsiteKeys, 30_000);
    await demandLock(bucket, this.#options.stack.name, new Date());
    return attackBucket(bucket);
  }

  damage(store: string): Promise<Damage> {
    return damage(this.#machine().host, store);
  }

  async loseStore(store: string): Promise<Damage> {
    const definition = (await stackCatalog(this.#options.stack)).find(({ name }) => name === store);
    if (definition?.kind !== "stateful") throw new Error(`${store}: no store of this stack`);
    const directories = Object.values(definition.data).map((name) => `${layout.live}/${name}`);
    return loseDirectories(this.#machine().host, store, directories);
  }

  restoreStore(store: string, before: Date): Promise<RestoreReport> {
    this.#rebuilt = this.#machine();
    // What is there is the loss: there is nothing to take a point of first.
    return this.#restore({ from: "local", at: before.toISOString(), service: store, safetyPoint: false });
  }

  rollBack(before: Date): Promise<RestoreReport> {
    // From here on what is asked of the restored platform is asked of this one.
    this.#rebuilt = this.#machine();
    return this.#restore({ from: "local", at: before.toISOString(), overExisting: true });
  }

  async #listPoints() {
    const argv = ["kaleem-agent", "points", "--offsite"];
    const { stdout } = await this.#machine().host.run(argv, { timeoutMs: 60_000 });
    return pointListSchema.parse(JSON.parse(stdout));
  }

  #machine(): BroughtUp {
    if (this.#lost === undefined) throw new Error("the site is not up yet");
    return this.#lost;
  }

  #fresh(): BroughtUp {
    if (this.#rebuilt === undefined) throw new Error("the site is not rebuilt yet");
    return this.#rebuilt;
  }
}
