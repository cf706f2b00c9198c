import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { SshHost } from "../ssh/ssh.ts";
import { lookAgain } from "./look-again.ts";
import {
  moreTelling,
  readTasks,
  renderTaskFailures,
  type TaskFailure,
  type TaskView,
} from "./task-failures.ts";

const script = readFileSync(new URL("look-at-tasks.sh", import.meta.url), "utf8");
const everyMs = 3_000;
const lookLimitMs = 30_000;

/** Where the tasks are looked at; a host over SSH, or what a test makes up. */
export type Look = () => Promise<TaskView>;

/** Looks at a host's tasks. */
export function lookAt(host: SshHost): Look {
  return async () => {
    const look = () => host.run(["sh", "-s"], { stdin: script, timeoutMs: lookLimitMs });
    return readTasks((await lookAgain(look)).stdout);
  };
}

/**
 * Runs `work` and keeps an eye on the tasks meanwhile: when it fails, its error also tells of each service whose task failed
 * last, in the container's own words. What had ended before is left out. A plugin removes a service that never got healthy, and
 * the container with it, and a rolled back one is well again: nobody could look afterwards.
 */
export async function withTaskFailures<T>(look: Look, work: () => Promise<T>, pauseMs = everyMs): Promise<T> {
  const watch = new TaskWatch(look);
  // Before the work starts: what fails in its first seconds would pass for something that had failed before.
  await watch.glance();
  const ended = new AbortController();
  const watching = watch.until(ended.signal, pauseMs);
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    await watch.glance();
    const told = watch.tell();
    if (told !== "") error.message = `${error.message}\n${told}`;
    throw error;
  } finally {
    ended.abort();
    await watching;
  }
}

class TaskWatch {
  readonly #look: Look;
  readonly #last = new Map<string, TaskFailure>();
  #before: ReadonlySet<string> | undefined;
  #trouble = "";

  constructor(look: Look) {
    this.#look = look;
  }

  async until(signal: AbortSignal, pauseMs: number): Promise<void> {
    for (;;) {
      await wait(pauseMs, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      if (signal.aborted) return;
      await this.glance();
    }
  }

  /** One look. That it fails is no reason to stop the work: it is told beside the work's own failure. */
  async glance(): Promise<void> {
    try {
      const { failures, well } = await this.#look();
      const known = (this.#before ??= new Set(failures.flatMap(({ id, ended }) => (ended ? [id] : []))));
      for (const failure of failures.toReversed())
        if (!known.has(failure.id))
          this.#last.set(failure.service, moreTelling(this.#last.get(failure.service), failure));
      // It only took its time. That an older task of the same service is well says nothing: an update starts the new one beside it.
      for (const { service, id } of [...this.#last.values()]) if (well.has(id)) this.#last.delete(service);
      this.#trouble = "";
    } catch (error) {
      this.#trouble = sentenceOf(error);
    }
  }

  tell(): string {
    const told = renderTaskFailures([...this.#last.values()]);
    const trouble = this.#trouble === "" ? "" : `  (the tasks could not be inspected: ${this.#trouble})`;
    return [
      ...(told === "" ? [] : ["What its tasks said:", told]),
      ...(trouble === "" ? [] : [trouble]),
    ].join("\n");
  }
}
