import { createInterface } from "node:readline/promises";
import type { ChangePlan } from "./planned-changes.ts";

/** How an operator agreed, or would, to a plan. */
export interface Agreement {
  /** `--yes`: no question for what touches no data. */
  readonly yes: boolean;
  /** `--replace-data NAME`, each: the stores whose replacement or deletion was agreed to. */
  readonly replaceData: readonly string[];
  /** Asks a person; null where nobody sits at a terminal. */
  readonly ask: ((question: string) => Promise<string>) | null;
}

/** Asks on the terminal; null when there is none. */
export function terminalQuestion(): Agreement["ask"] {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  return async (question) => {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return (await terminal.question(question)).trim();
    } finally {
      terminal.close();
    }
  };
}

/** Whether somebody answered yes to a question with [y/N] behind it; no answer is none. */
export function isYes(answer: string | undefined): boolean {
  return answer !== undefined && /^y(es)?$/i.test(answer);
}

/**
 * Sees to it that somebody agrees to a plan. What puts data at risk wants each store's name, typed or given; `--yes` never covers it.
 * @throws Error saying what was not agreed to, and how it can be
 */
export async function agree(stack: string, plan: ChangePlan, given: Agreement): Promise<void> {
  if (plan.unchanged) return;
  for (const store of plan.dataAtRisk) {
    if (given.replaceData.includes(store)) continue;
    const typed = await given.ask?.(
      `${store} holds data and would be replaced or deleted. Type its name to agree: `,
    );
    if (typed === store) continue;
    throw new Error(
      `up: ${store} holds data and would be replaced or deleted; nothing was changed. ` +
        `If that is what you want, add --replace-data ${store}.`,
    );
  }
  if (given.yes) return;
  if (given.ask === null) {
    throw new Error(
      `up: stack ${stack} would change, and nobody is here to agree; nothing was changed. Add --yes.`,
    );
  }
  const answer = await given.ask(`Do this on ${stack}? [y/N] `);
  if (!isYes(answer)) throw new Error("up: not agreed; nothing was changed.");
}
