import { readFile } from "node:fs/promises";
import { findOrBuildEngine } from "../../../toolchain/engine/find-or-build-engine.ts";
import type { StackContext } from "../../../toolchain/engine/stack-context.ts";
import { decryptConfig } from "../../../toolchain/engine/stack.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { stackContext as contextOf } from "../../../operator/stack/stack-context.ts";
import { parseStackFile, secretsIn } from "../../../operator/stack/stack-file.ts";
import { stackOf } from "./test-stack.ts";

/** A stack as engine commands take it. */
export async function stackContext(stack: string): Promise<StackContext> {
  return contextOf(stackOf(stack), await findOrBuildEngine(silentProgress));
}

/** A stack's secrets in plain, by full configuration key. */
export async function stackSecrets(stack: string): Promise<ReadonlyMap<string, string>> {
  const { stackFile } = stackOf(stack);
  const config = await decryptConfig(await stackContext(stack));
  const keys = [...secretsIn(parseStackFile(await readFile(stackFile, "utf8"), stackFile))];
  return new Map(keys.map((key) => [`kaleem:${key}`, config.get(`kaleem:${key}`) ?? ""]));
}
