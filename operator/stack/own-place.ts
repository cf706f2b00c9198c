import { readFile } from "node:fs/promises";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { imageVersions, readImageLock } from "../../catalog/image-lock.ts";
import { bytes } from "../../catalog/quantities.ts";
import { enabledServices } from "../../catalog/switches.ts";
import { backendUrl, decryptConfig, exportState } from "../../toolchain/engine/stack.ts";
import type { StackContext } from "../../toolchain/engine/stack-context.ts";
import { recipientIn } from "../kit/write-recipient.ts";
import { bringRestic, resticVersion, type ResticTarget } from "../../toolchain/restic/bring-restic.ts";
import { lookAtMachine } from "../preflight/look-at-machine.ts";
import { judgeMachine } from "../preflight/judge-machine.ts";
import { planInit } from "../secrets/plan-init.ts";
import { engineAgent } from "../ssh/engine-agent.ts";
import type { MachineView } from "../preflight/machine-view.ts";
import type { SshTarget } from "../ssh/ssh-target.ts";
import { SshHost } from "../ssh/ssh.ts";
import { ensureState } from "./ensure-state.ts";
import { pinnedHost } from "./move-host.ts";
import { noteManager } from "./managed-by.ts";
import { firstInstall } from "./data-decision.ts";
import type { ContextRequest, Place, PlaceRequest, PreparedPlace } from "./place.ts";
import { readRemoteSettings, type RemoteSettings } from "./remote-settings.ts";
import { stackCatalog } from "./stack-catalog.ts";
import { hasPlatform, hostKeysOf } from "./state-owner.ts";
import { stackContext } from "./stack-context.ts";
import { makeStackFolders, type Stack } from "./stack.ts";
import { readTarget } from "./target.ts";

/** A machine that is yours: looked at before anything on it is touched. Nothing here makes, loses or removes one. */
export class OwnPlace implements Place {
  readonly #stack: Stack;
  /** Variables with which the engine's plugins find the key to log in with. */
  #login: Readonly<Record<string, string>> = {};

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** @throws Error with every reason, and what to do about each, why this machine cannot run the stack */
  async prepare(request: PlaceRequest): Promise<PreparedPlace> {
    const stack = this.#stack;
    const { progress } = request;
    await makeStackFolders(stack);
    const { ssh, offsite } = await readTarget(stack);
    const settings = await readRemoteSettings(stack);
    const catalog = await stackCatalog(stack);
    const context = stackContext(stack, await request.engine());
    const values = await progress.step("state and secrets", () =>
      openState(stack, catalog, context, request),
    );
    const manager = `${await backendUrl(context)} ${stack.name}`;
    if (!settings.namesKey) this.#login = { SSH_AUTH_SOCK: await engineAgent(ssh) };
    const host = new SshHost(ssh);
    const remarks = await progress.step(`preflight of ${ssh.address}`, async (report) => {
      const view = await lookAtMachine(host, stack.name);
      const { refusals, remarks } = judgeMachine(view, {
        stack: stack.name,
        user: ssh.user,
        memory: memoryOf(settings, catalog),
        loopBytes: settings.loopBytes,
        restic: settings.restic,
        now: Date.now() / 1000,
        manager: request.takeState ? null : manager,
      });
      if (refusals.length > 0)
        throw new Error(refusals.map((one) => `${stack.committedFile}: ${ssh.address}: ${one}`).join("\n"));
      await this.#requireOwnState(context, view, ssh, manager);
      report(`${view.osName}, Docker ${view.docker ?? "to be installed"}`);
      return remarks;
    });
    for (const remark of remarks) progress.note(`  ${remark}`);
    // The program takes it from the cache; what cannot be had is said here, before anything is touched.
    const { restic } = settings;
    if (restic !== "distribution")
      await progress.step(`restic for ${restic}`, (report) => brought(restic, report, progress));
    return {
      ssh,
      offsite,
      offsiteKeys: {
        accessKeyId: values.get("kaleem:offsite-access-key-id") ?? "",
        secretAccessKey: values.get("kaleem:offsite-secret-access-key") ?? "",
      },
      versions: imageVersions(readImageLock(stack.repository, settings.imageLock)),
      remarks: [...remarks, ...unsealed(stack, await readFile(stack.stackFile, "utf8"))],
      firstInstall: settings.firstInstall,
      claim: () => noteManager(host, stack.name, manager),
    };
  }

  /** The committed file is all that the engine gets; that the platform stays closed travels beside it, since it is found out anew each time. */
  openContext({ engine, data, settings, kit }: ContextRequest): Promise<StackContext> {
    const { name, committedFile } = this.#stack;
    if (kit !== undefined || Object.keys(settings).length > 0)
      throw new Error(`stack ${name}: its settings are in ${committedFile}, and nothing overrides them`);
    const context = stackContext(this.#stack, engine);
    return Promise.resolve({
      ...context,
      env: { ...context.env, ...this.#login, KALEEM_CLOSED: String(data.closed), ...firstInstall(data) },
    });
  }

  /**
   * With the state of a lost machine alive, the engine would take the services of an empty one for unchanged. A machine that has the
   * platform may have had its key renewed.
   */
  async #requireOwnState(
    context: StackContext,
    view: MachineView,
    { address, port, user }: SshTarget,
    manager: string,
  ): Promise<void> {
    const { name, committedFile } = this.#stack;
    if (hasPlatform(view, name, manager)) return;
    const { hostKey = "" } = pinnedHost(await readFile(this.#stack.stackFile, "utf8"), committedFile);
    const keys = hostKeysOf(await exportState(context));
    const own = hostKey.split(" ").slice(0, 2).join(" ");
    if (keys.size === 0 || (keys.size === 1 && keys.has(own))) return;
    throw new Error(
      `${committedFile}: ${address}: nothing of stack ${name} is on this machine, and its state was made for another one: ` +
        `run ./kaleem recover --stack ${name} --host ${user}@${address} --port ${port}, which sets that state aside and brings the data back.`,
    );
  }

  async edgeAddress(): Promise<{ address: string; port: number }> {
    return { address: (await readTarget(this.#stack)).ssh.address, port: 443 };
  }

  async scanAddress(): Promise<string> {
    return (await readTarget(this.#stack)).ssh.address;
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

/** What is left to do for a stack whose file goes off-site as only Pulumi's passphrase keeps it. */
function unsealed({ name }: Stack, text: string): readonly string[] {
  if (recipientIn(text) !== null) return [];
  return [
    `the stack's file off-site is encrypted by Pulumi's passphrase alone; seal it to a recovery kit: ./kaleem kit --out FILE --stack ${name}`,
  ];
}

/** The stack's state, made when it was never there, and its configuration with secrets decrypted. */
async function openState(
  { name, committedFile }: Stack,
  catalog: readonly ServiceDefinition[],
  context: StackContext,
  { mayDo }: PlaceRequest,
): Promise<ReadonlyMap<string, string>> {
  await ensureState(context, mayDo);
  const values = await decryptConfig(context);
  const present = new Set([...values.keys()].map((key) => key.replace(/^kaleem:/, "")));
  const { drawn, toSet } = planInit(catalog, present, []);
  if (drawn.length + toSet.length > 0) {
    throw new Error(
      `${committedFile}: secrets that are missing: ${[...drawn, ...toSet].join(", ")}. ` +
        `Run: ./kaleem secrets init --stack ${name}`,
    );
  }
  return values;
}

async function brought(
  target: ResticTarget,
  report: (detail: string) => void,
  progress: PlaceRequest["progress"],
): Promise<void> {
  const { source } = await bringRestic(target, { report, note: (text) => progress.note(`  ${text}`) });
  report(`${resticVersion}, ${source}`);
}

/** What all enabled services may take together, in bytes. */
function memoryOf({ services }: RemoteSettings, catalog: readonly ServiceDefinition[]): number {
  return enabledServices(catalog, services).reduce((sum, definition) => {
    const { memory } = services[definition.name] ?? {};
    const count = definition.kind === "stateless" ? definition.replicas : 1;
    return sum + count * bytes(memory ?? definition.limits.memory);
  }, 0);
}
