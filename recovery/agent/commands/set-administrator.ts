import { text } from "node:stream/consumers";
import { RecoveryError, exitCodes } from "../../../contract/exit-codes.ts";
import type { AgentContext } from "../context.ts";
import { openStore } from "../../stores/store.ts";

/**
 * `kaleem-agent set-administrator STORE`: changes the password that a store keeps of its administrator; the new one comes on
 * stdin. The running task still proves the former one, so its health fails until the task is replaced: within a minute `up`
 * has to follow. Where the store keeps no such password there is nothing to do.
 */
export async function setAdministratorCommand(
  context: AgentContext,
  args: readonly string[],
): Promise<{ store: string; changed: boolean }> {
  const [name, ...rest] = args;
  const definition = context.stores.find((store) => store.name === name);
  if (definition === undefined || rest.length > 0) {
    const stores = context.stores.map((store) => store.name).join(", ");
    throw new RecoveryError(
      exitCodes.usage,
      `set-administrator: expected one of ${stores}, got "${args.join(" ")}".`,
    );
  }
  const password = (await text(process.stdin)).replace(/\r?\n$/, "");
  if (password === "")
    throw new RecoveryError(
      exitCodes.usage,
      "set-administrator: expected the new password on stdin, got nothing.",
    );
  if (definition.recovery.administrator === undefined) return { store: definition.name, changed: false };
  const store = await openStore(definition.name, context.opening);
  try {
    await context.log.phase(`administrator of ${definition.name}`, () => store.setAdministrator(password));
  } finally {
    await store.close();
  }
  return { store: definition.name, changed: true };
}
