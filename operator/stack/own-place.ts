import type { Place, PreparedPlace } from "./place.ts";
import type { Stack } from "./stack.ts";

/** A machine that is yours. Nothing here makes, loses or removes one. */
export class OwnPlace implements Place {
  readonly #stack: Stack;

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  prepare(): Promise<PreparedPlace> {
    throw this.#refusal("is not brought up by this command yet; use `pulumi up`");
  }

  edgeAddress(): { address: string; port: number } {
    throw this.#refusal("is not reached by this command yet");
  }

  scanAddress(): Promise<string> {
    throw this.#refusal("is not audited by this command yet");
  }

  lose(): Promise<void> {
    throw this.#refusal("is never lost on purpose; a drill runs on an emulated one");
  }

  remove(): Promise<void> {
    throw this.#refusal(
      "is not removed by this command; `pulumi destroy` takes away what was declared on it",
    );
  }

  #refusal(what: string): Error {
    const { name, committedFile } = this.#stack;
    return new Error(`stack ${name}: the machine that ${committedFile} names is yours, and ${what}.`);
  }
}
