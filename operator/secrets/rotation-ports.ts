import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { exitCodes } from "../../contract/exit-codes.ts";
import { waitUntil } from "../../contract/wait-until.ts";
import { CommandError } from "../../recovery/host/host-port.ts";
import { bucketLayout, layout } from "../../contract/layout.ts";
import { Bucket, type BucketLocation } from "../../recovery/lineage/bucket.ts";
import { newestSealedFile } from "../../recovery/lineage/newest-sealed-file.ts";
import type { SshRunOptions } from "../ssh/ssh.ts";
import type { RemoteHost } from "../ssh/remote-host.ts";
import { recipientIn } from "../kit/write-recipient.ts";
import { generatedSecrets } from "./generated-secrets.ts";
import type { RotationPorts } from "./rotate.ts";
import { endRotation, noteStep, readRotationJournal, refuseOther } from "./rotation-journal.ts";
import type { SecretsStack } from "./secrets-stack.ts";

export interface RotationMachine {
  readonly name: string;
  /** Every service of the stack. */
  readonly catalog: readonly ServiceDefinition[];
  readonly stack: SecretsStack;
  readonly host: RemoteHost;
  readonly up: () => Promise<void>;
  readonly given: RotationPorts["given"];
}

/** For how long a timer's own point or shipping is waited for. */
const busyLimitMs = 300_000;

/** The stack, its host and its bucket, as a rotation acts on them. */
export function rotationPorts(machine: RotationMachine): RotationPorts {
  const { stack, host, name } = machine;
  const agent = (argv: readonly string[], options: SshRunOptions) =>
    whenFree(() => host.run([layout.agentCommand, ...argv], options));
  return {
    draw: (secret) => drawn(secret, machine.catalog),
    given: machine.given,
    values: () => stack.values(),
    set: (values) => stack.set(values),
    probeKeys: async (keys) => {
      await probe(await bucketOf(stack, keys), stack.name);
    },
    up: machine.up,
    setAdministrator: async (store, password) => {
      await agent(["set-administrator", store], { stdin: password, timeoutMs: 120_000 });
    },
    tryLogin: async (store, secret, passwords) => {
      const stdin = JSON.stringify(passwords);
      const { stdout } = await agent(["try-login", store, secret], { stdin, timeoutMs: 120_000 });
      return z.object({ accepted: z.array(z.boolean()).nullable() }).parse(JSON.parse(stdout)).accepted;
    },
    addResticKey: async (password) => {
      await agent(["restic-key", "add"], { stdin: password, timeoutMs: 900_000 });
    },
    retireResticKey: async () => {
      await agent(["restic-key", "retire"], { timeoutMs: 900_000 });
    },
    pointAndShip: async () => {
      const taken = await agent(["point"], { timeoutMs: 3_600_000 });
      await agent(["ship"], { timeoutMs: 3_600_000 });
      return z.object({ point: z.string() }).parse(JSON.parse(taken.stdout)).point;
    },
    stackFileIsPresent: async () => {
      const bucket = await bucketOf(stack, await stack.values());
      const here = await readFile(stack.stackFile, "utf8");
      if (recipientIn(here) === null) return (await bucket.get(bucketLayout.stackFile))?.body === here;
      // Sealed, it looks different each time; what the host has is what the last `up` sealed.
      const { stdout } = await host.run(["cat", layout.sealedStackFile], { timeoutMs: 30_000 });
      return (await newestSealedFile(bucket))?.body === stdout;
    },
    begin: async () => {
      const journal = await readRotationJournal(stack);
      refuseOther(journal, name, stack.name);
      return journal ?? { name, startedAt: new Date().toISOString(), done: [] };
    },
    note: (journal, step) => noteStep(stack, journal, step),
    end: () => endRotation(stack),
  };
}

function drawn(secret: string, catalog: readonly ServiceDefinition[]): string {
  const draw = generatedSecrets(catalog)[secret];
  if (draw === undefined) throw new Error(`secrets: ${secret} is issued, not generated`);
  return draw();
}

async function bucketOf(stack: SecretsStack, keys: ReadonlyMap<string, string>): Promise<Bucket> {
  const said = JSON.parse((await stack.values()).get("offsite") ?? "{}") as Partial<BucketLocation>;
  const location = { endpoint: "", bucket: "", prefix: "", region: "auto", ...said };
  const accessKeyId = keys.get("offsite-access-key-id") ?? "";
  const secretAccessKey = keys.get("offsite-secret-access-key") ?? "";
  return new Bucket(location, { accessKeyId, secretAccessKey });
}

/** What points need of a key: to read and to write below the prefix. The stack file is written over by the next shipping anyway. */
async function probe(bucket: Bucket, stack: string): Promise<void> {
  const key = `kit/key-probe-${stack}`;
  const mark = new Date().toISOString();
  await bucket.put(key, mark, "text/plain", { always: true });
  if ((await bucket.get(key))?.body !== mark)
    throw new Error(
      "secrets: the bucket accepted a write with these keys but did not return it; nothing was changed",
    );
}

/** A lock that a timer's run holds is free again within minutes. */
async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  const { result } = await waitUntil(async () => ({ result: await work() }), {
    limitMs: busyLimitMs,
    everyMs: 2_000,
    notYet: (error) => error instanceof CommandError && error.exitCode === exitCodes.busy,
    late: (busy) => busy ?? "secrets: the host is busy",
  });
  return result;
}
