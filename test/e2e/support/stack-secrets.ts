import { readFile } from "node:fs/promises";
import { findOrBuildEngine } from "../../../toolchain/engine/find-or-build-engine.ts";
import type { StackContext } from "../../../toolchain/engine/stack-context.ts";
import { decryptConfig } from "../../../toolchain/engine/stack.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { parseStackFile, secretsIn } from "../../../operator/stack/stack-file.ts";
import { openStackPaths } from "../../../operator/stack/stack-paths.ts";
import { instanceOf, repository } from "./test-stack.ts";

/** A stack as engine commands take it. */
export async function stackContext(stack: string): Promise<StackContext> {
  const paths = await openStackPaths(instanceOf(stack));
  return {
    engine: await findOrBuildEngine(silentProgress),
    project: repository,
    stack,
    stackFile: paths.stackFile,
    stateDirectory: paths.state,
    passphraseFile: paths.passphrase,
  };
}

/** A stack's secrets in plain, by full configuration key. */
export async function stackSecrets(stack: string): Promise<ReadonlyMap<string, string>> {
  const paths = await openStackPaths(instanceOf(stack));
  const config = await decryptConfig(await stackContext(stack));
  const keys = [...secretsIn(parseStackFile(await readFile(paths.stackFile, "utf8"), paths.stackFile))];
  return new Map(keys.map((key) => [`kaleem:${key}`, config.get(`kaleem:${key}`) ?? ""]));
}
