import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { storeAnswer, type StoreOpeningLine, type StoreRequest } from "./store-protocol.ts";

/** How the child at a store is started, and how long it may take. */
export interface StoreChild {
  /** Program and arguments that start the child `store <service>`, such as `["/usr/bin/node", "agent.mjs"]`. */
  readonly self: readonly string[];
  /** For the connection and for each call. @default 20000 */
  readonly timeoutMs?: number;
}

/** A store that answers, and refuses its administrator's present password: its data is older than that. */
export class StoreRefused extends RecoveryError {}

/** The agent's child inside a task's network namespace, and what is said to it: one JSON object a line. */
export class StoreChannel {
  readonly #service: string;
  readonly #child: ChildProcess;
  readonly #timeoutMs: number;
  readonly #lines: AsyncIterator<string>;
  #stderr = "";
  /** @param given What the child is told at the start, see `storeOpening`. */
  constructor(
    service: string,
    pid: number,
    { self, timeoutMs = 20_000 }: StoreChild,
    given: Pick<StoreOpeningLine, "unlockWith" | "secrets"> = {},
  ) {
    this.#service = service;
    this.#timeoutMs = timeoutMs;
    const [program, ...rest] = self;
    // Never detached: a signal to the unit ends it, and so does the closing of its stdin when we die.
    this.#child = spawn(
      "nsenter",
      ["-t", String(pid), "-n", "--", program ?? "", ...rest, "store", service],
      {
        stdio: ["pipe", "pipe", "pipe"],
      },
    );
    this.#child.stdin?.on("error", () => undefined);
    this.#child.on("error", (error) => (this.#stderr += error.message));
    this.#child.stderr
      ?.setEncoding("utf8")
      .on("data", (text: string) => (this.#stderr = (this.#stderr + text).slice(-4000)));
    if (this.#child.stdout === null) throw new Error("store child has no stdout");
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#child.stdin?.write(`${JSON.stringify({ service, pid, ...given })}\n`);
  }

  /**
   * @param timeoutMs For this call alone. @default the child's
   * @throws RecoveryError `storeDown` with the child's own words when the store refuses, is late or gone.
   */
  async ask(request: StoreRequest, timeoutMs = this.#timeoutMs): Promise<unknown> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    return this.answer(timeoutMs);
  }

  /** For what answers nothing but that it is done. */
  async tell(request: StoreRequest): Promise<void> {
    await this.ask(request);
  }

  /** The next answer; the first one comes without a request, once the store is connected. */
  async answer(timeoutMs = this.#timeoutMs): Promise<unknown> {
    const line = await this.#nextLine(timeoutMs);
    const answer = line === null ? null : storeAnswer.parse(JSON.parse(line));
    if (answer === null) {
      throw new RecoveryError(
        exitCodes.storeDown,
        `Store ${this.#service}: its connection ended: ${this.#stderr.trim() || "no message"}`,
      );
    }
    if (!answer.ok) {
      const Kind = answer.refused === true ? StoreRefused : RecoveryError;
      throw new Kind(exitCodes.storeDown, `Store ${this.#service}: ${answer.error}`);
    }
    return answer.value;
  }

  /** Returns when the child is gone; one that does not go within 3 s is killed. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.stdin?.end();
    const hardStop = setTimeout(() => child.kill("SIGKILL"), 3_000);
    await gone;
    clearTimeout(hardStop);
  }

  async #nextLine(timeoutMs: number): Promise<string | null> {
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      limit = setTimeout(() => {
        this.#child.kill("SIGKILL");
        reject(
          new RecoveryError(
            exitCodes.storeDown,
            `Store ${this.#service} did not answer within ${timeoutMs / 1000} s: see its log.`,
          ),
        );
      }, timeoutMs);
    });
    try {
      const next = await Promise.race([this.#lines.next(), late]);
      return next.done === true ? null : next.value;
    } finally {
      clearTimeout(limit);
    }
  }
}
