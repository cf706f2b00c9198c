import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { imageVersions } from "../catalog/image-lock.ts";
import { committedStackFile, writtenServices } from "../operator/stack/committed-stack-file.ts";
import { catalogOf } from "../operator/stack/stack-catalog.ts";
import { firstInstall } from "../operator/stack/data-decision.ts";
import { mergeSettings } from "../operator/stack/merge-settings.ts";
import type { ContextRequest, Place, PlaceRequest, PreparedPlace } from "../operator/stack/place.ts";
import { prepareStack } from "../operator/stack/prepare-stack.ts";
import type { OffsiteCredentials } from "../contract/offsite-credentials.ts";
import { makeStackFolders, type Stack } from "../operator/stack/stack.ts";
import { sshKeyPair } from "../operator/ssh/ssh-key-pair.ts";
import type { Progress } from "../workstation/progress.ts";
import { ensureCloud } from "./cloud/ensure-cloud.ts";
import { docker } from "./images/docker.ts";
import { ensureImages } from "./images/ensure-images.ts";
import { parseLock } from "./images/image-lock.ts";
import { upstreamOnly, type UpstreamOnlyService } from "./images/upstream-only.ts";
import { stackInstance, type StackInstance } from "./instance.ts";
import { createMachine } from "./machine/create-machine.ts";
import { destroyMachine } from "./machine/destroy-machine.ts";
import { ensurePrerequisites } from "./prerequisites/ensure-prerequisites.ts";
import { tearDownWithDaemon } from "./tear-down.ts";

/** A machine that is emulated in a container of this computer's Docker, beside a registry and an S3 server that survive it. */
export class LocalPlace implements Place {
  readonly instance: StackInstance;
  readonly #stack: Stack;
  #found:
    | { readonly offsiteKeys: OffsiteCredentials; readonly settings: Readonly<Record<string, unknown>> }
    | undefined;

  constructor(stack: Stack) {
    this.#stack = stack;
    this.instance = stackInstance(stack.repository, stack.name, stack.offsiteOf);
  }

  /** From a bare Debian machine: installs Docker, makes images, servers and the machine. What is there is kept. */
  async prepare({ progress, settings }: PlaceRequest): Promise<PreparedPlace> {
    const { instance } = this;
    await ensurePrerequisites(progress, ["up"]);
    await makeStackFolders(this.#stack);
    const cloud = await ensureCloud(instance, progress);
    // Of the committed file: the working copy is about to be written anew from it.
    const catalog = catalogOf(await committedStackFile(this.#stack), this.#stack.committedFile);
    const written = await writtenServices(this.#stack, settings);
    const { missing } = await ensureImages(instance, progress, upstreamOnly(catalog, written));
    const key = await sshKeyPair(dirname(instance.machine.privateKey));
    const machine = await createMachine(instance, { authorizedKey: key.publicKey }, progress);
    const login = {
      address: machine.address,
      port: machine.port,
      user: "root",
      privateKeyFile: instance.machine.privateKey,
      knownHostsFile: machine.knownHostsFile,
    };
    this.#found = {
      offsiteKeys: cloud.keys,
      settings: {
        host: {
          kind: "ssh",
          ...login,
          hostKey: machine.hostKey,
          insecureRegistries: [instance.cloud.registry.authority],
        },
        imageLock: instance.cloud.imageLockName,
        offsite: cloud.offsite,
        services: switchedOff(missing),
      },
    };
    return {
      ssh: login,
      offsite: cloud.offsite,
      offsiteKeys: cloud.keys,
      versions: imageVersions(parseLock(await readFile(instance.cloud.imageLock, "utf8")) ?? {}),
      remarks: ["a stack for trying things out: its machine, its bucket and this computer are one"],
      firstInstall: false,
      claim: () => Promise.resolve(),
    };
  }

  /** Writes the working copy of the stack's file, with what `prepare` found out, and makes its state and secrets. */
  async openContext({ engine, data, settings, kit }: ContextRequest): ReturnType<Place["openContext"]> {
    if (this.#found === undefined) throw new Error("a local place is prepared before it is opened");
    const { offsiteKeys, settings: found } = this.#found;
    const context = await prepareStack({
      stack: this.#stack,
      engine,
      offsiteKeys,
      ...(kit === undefined ? {} : { kit }),
      found: mergeSettings({ ...found, closed: data.closed }, settings),
    });
    return { ...context, env: { ...context.env, ...firstInstall(data) } };
  }

  edgeAddress(): Promise<{ address: string; port: number }> {
    return Promise.resolve({ address: "127.0.0.1", port: this.instance.machine.ports.https });
  }

  /** The container's own address: what it publishes on this computer is only a part of what listens. */
  async scanAddress(): Promise<string> {
    const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    return (await docker(["inspect", "--format", format, this.instance.machine.container])).trim();
  }

  async lose(): Promise<void> {
    await destroyMachine(this.instance);
  }

  async remove(progress: Progress): Promise<void> {
    await tearDownWithDaemon(this.instance, progress);
  }
}

/** Services that are on by default, and whose image is not available here, give way. */
function switchedOff(missing: readonly UpstreamOnlyService[]): Record<string, unknown> {
  const off = { enabled: false, offBecause: "its image is not available on this machine" };
  return Object.fromEntries(missing.map(({ name }) => [name, off]));
}
