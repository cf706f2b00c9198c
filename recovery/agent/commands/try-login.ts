import { json } from "node:stream/consumers";
import { z } from "zod";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import type { AgentContext } from "../context.ts";
import { openStore } from "../../stores/store.ts";

const passwordsSchema = z.array(z.string().min(1));

/**
 * `kaleem-agent try-login STORE SECRET`: whether the store lets the user of this secret in with each of the passwords that
 * come as a JSON list on stdin. How a rotation is proved. Null where the store's definition cannot verify this secret.
 */
export async function tryLoginCommand(
  context: AgentContext,
  args: readonly string[],
): Promise<{ accepted: readonly boolean[] | null }> {
  const [name, secret, ...rest] = args;
  const definition = context.stores.find((store) => store.name === name);
  if (definition === undefined || secret === undefined || rest.length > 0)
    throw new RecoveryError(exitCodes.usage, `try-login: expected STORE SECRET, got "${args.join(" ")}".`);
  const passwords = passwordsSchema.parse(await json(process.stdin));
  if (definition.recovery.accepts === undefined) return { accepted: null };
  const store = await openStore(definition.name, context.opening);
  try {
    const accepted: boolean[] = [];
    for (const password of passwords) accepted.push(await store.accepts(secret, password));
    return { accepted };
  } finally {
    await store.close();
  }
}
