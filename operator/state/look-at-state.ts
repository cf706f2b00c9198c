import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import type { Engine } from "../../toolchain/engine/engine.ts";
import { PulumiError } from "../../toolchain/engine/pulumi-error.ts";
import { backendUrl, isInitialized } from "../../toolchain/engine/stack.ts";
import type { StateAnswer } from "../answers/state-answer.ts";
import { SshHost } from "../ssh/ssh.ts";
import { readManager } from "../stack/managed-by.ts";
import { stackContext } from "../stack/stack-context.ts";
import type { Stack } from "../stack/stack.ts";
import { readTarget } from "../stack/target.ts";
import { projectBackend } from "./project-backend.ts";

/** What decides where state is kept, as the engine goes by it: the variable, the project's file, the login. */
export async function chosenBy(
  stack: Stack,
  environment: NodeJS.ProcessEnv,
): Promise<StateAnswer["chosenBy"]> {
  if (stack.kind === "local") return "stack";
  if ((environment["PULUMI_BACKEND_URL"] ?? "") !== "") return "PULUMI_BACKEND_URL";
  const project = await readFile(join(stack.repository, "Pulumi.yaml"), "utf8");
  return projectBackend(project) === null ? "pulumi login" : "Pulumi.yaml";
}

/**
 * Where the state of a stack is kept, whether it has one there, and which state its host says that it is managed by. A host that
 * does not answer is told, and is no failure.
 * @throws RecoveryError `config` when nobody has logged in to any state
 */
export async function lookAtState(stack: Stack, engine: () => Promise<Engine>): Promise<StateAnswer> {
  const { name, kind, stateDirectory } = stack;
  const how = await chosenBy(stack, process.env);
  if (kind === "local") {
    const initialized =
      existsSync(stateDirectory) && (await isInitialized(stackContext(stack, await engine())));
    const nothing = { host: null, hostTrouble: null, manages: null };
    return { stack: name, kind, backend: `file://${stateDirectory}`, chosenBy: how, initialized, ...nothing };
  }
  const context = stackContext(stack, await engine());
  const backend = await currentBackend(stack, () => backendUrl(context));
  const initialized = await isInitialized(context);
  const { host, hostTrouble } = await askHost(stack);
  const manages = host === null ? null : host.manager === `${backend} ${name}`;
  return {
    stack: name,
    kind,
    backend: withoutKeys(backend),
    chosenBy: how,
    initialized,
    host,
    hostTrouble,
    manages,
  };
}

async function currentBackend({ name }: Stack, ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    if (
      !(error instanceof PulumiError) ||
      !/PULUMI_ACCESS_TOKEN|not logged in|pulumi login/i.test(error.message)
    )
      throw error;
    throw new RecoveryError(
      exitCodes.config,
      `stack ${name}: nobody has logged in to where its state is kept. Run \`pulumi login\` with its address; for a bucket of your own: ` +
        `./kaleem state --stack ${name} --s3 BUCKET --endpoint URL --set-up`,
      { cause: error },
    );
  }
}

async function askHost(stack: Stack): Promise<Pick<StateAnswer, "host" | "hostTrouble">> {
  try {
    return { host: await readManager(new SshHost((await readTarget(stack)).ssh)), hostTrouble: null };
  } catch (error) {
    return { host: null, hostTrouble: sentenceOf(error) };
  }
}

/** Some backends can be written with keys in their address. */
function withoutKeys(url: string): string {
  return url.replace(/\/\/[^/@?]*@/, "//***@");
}

/** As lines for a person. Pure. */
export function renderState(state: StateAnswer): string {
  const { stack, kind, backend, chosenBy: how, initialized, host, hostTrouble, manages } = state;
  const by = how === "stack" ? "its own folder" : `chosen by ${how}`;
  return [
    `stack ${stack} (${kind})`,
    `  state  ${backend} (${by})`,
    `  stack  ${initialized ? "has a state there" : "has no state there; `up` makes an empty one"}`,
    ...(kind === "local" ? [] : [`  host   ${hostLine({ host, hostTrouble, manages })}`]),
  ].join("\n");
}

function hostLine({
  host,
  hostTrouble,
  manages,
}: Pick<StateAnswer, "host" | "hostTrouble" | "manages">): string {
  if (hostTrouble !== null) return `could not be asked what manages it: ${hostTrouble}`;
  if (host === null) return "no state manages it yet";
  const whose = manages === true ? "this state" : `ANOTHER state, ${host.manager}`;
  return `managed by ${whose}, since ${host.since}, by ${host.by}`;
}
