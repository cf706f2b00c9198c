import type { JobName } from "../../contract/jobs.ts";
import { layout } from "../../contract/layout.ts";
import type { HostPort } from "../host/host-port.ts";
import { writeMetrics } from "../metrics/metrics.ts";
import type { AgentContext } from "./context.ts";

/** How long a ping may take: whoever waits for the job waits for it, too. */
const limitMs = 4_000;
/** Of a failure's sentence, what is told elsewhere. */
const mostTold = 1_000;

/** What is told of a run. */
type Moment = "start" | "ok" | "fail";

/**
 * Tells a dead-man's-switch service that a job begins, ends well or fails, by the addresses that healthchecks.io and its kind have:
 * `<url>/<job>/start`, `<url>/<job>` and `<url>/<job>/fail`. The url lets anyone tell so: it is read from root's own file and said nowhere.
 *
 * A ping that does not arrive never fails a job: it is logged, and told by the metric `backup_ping_failed`.
 */
export class JobPings {
  readonly #host: HostPort;
  readonly #log: AgentContext["log"];
  readonly #job: JobName;
  readonly #on: boolean;
  readonly #sent: Promise<boolean>[] = [];
  constructor({ host, log, config }: Pick<AgentContext, "host" | "log" | "config">, job: JobName) {
    this.#host = host;
    this.#log = log;
    this.#job = job;
    this.#on = config.pings === true;
  }

  /** Sends a ping without waiting for it. @param sentence For people; never a secret. */
  send(moment: Moment, sentence = ""): void {
    if (this.#on) this.#sent.push(this.#ping(moment, sentence));
  }

  /** Waits until all that was sent has arrived or failed, and keeps which. */
  async settled(): Promise<void> {
    if (this.#sent.length === 0) return;
    const failed = (await Promise.all(this.#sent)).includes(false);
    await writeMetrics(this.#host, layout.metrics, `ping-${this.#job}`, [
      {
        name: "backup_ping_failed",
        help: "1 when a ping of the job's last run did not reach the dead-man's-switch service.",
        labels: { job: this.#job },
        value: failed ? 1 : 0,
      },
    ]);
  }

  async #ping(moment: Moment, sentence: string): Promise<boolean> {
    // In order: a start that overtakes the end would leave the job running for ever.
    await this.#sent.at(-1);
    const why = await this.#post(moment, sentence);
    if (why !== null) this.#log.line(`the ping "${moment}" of ${this.#job} did not arrive: ${why}`);
    return why === null;
  }

  /** Null when it arrived, else why not: never with the url, which some errors repeat. */
  async #post(moment: Moment, sentence: string): Promise<string | null> {
    const base = (await this.#host.readFile(layout.pingUrl))?.trim() ?? "";
    if (!/^https?:\/\/\S+$/.test(base))
      return `${layout.pingUrl} holds no address: set job-ping-url and run \`./kaleem up\``;
    try {
      const answer = await fetch(
        `${base.replace(/\/+$/, "")}/${this.#job}${moment === "ok" ? "" : `/${moment}`}`,
        {
          method: "POST",
          body: sentence.slice(0, mostTold),
          headers: { "content-type": "text/plain; charset=utf-8" },
          // Another place would learn the url.
          redirect: "manual",
          signal: AbortSignal.timeout(limitMs),
        },
      );
      await answer.body?.cancel();
      return answer.ok ? null : `the service answered ${answer.status}`;
    } catch (error) {
      if (error instanceof Error && error.name === "TimeoutError") return `no answer in ${limitMs / 1000} s`;
      const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
      return cause?.code ?? "the service cannot be reached";
    }
  }
}
