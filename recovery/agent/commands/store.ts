import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import type { Recovery } from "../../../catalog/recovery.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { sentenceOf } from "../../../contract/sentence-of.ts";
import {
  storeOpening,
  storeRequest,
  type StoreAnswer,
  type StoreRequest,
} from "../../stores/store-protocol.ts";
import { taskSecrets } from "../../stores/task-secrets.ts";
import { presentGrants } from "../../stores/present-grants.ts";
import { userSecrets } from "../../stores/user-secrets.ts";
import { withoutSecrets } from "../../stores/without-secrets.ts";

/**
 * The child inside a store's network namespace: connects to 127.0.0.1 with the task's own secrets and answers requests line by line
 * until its input ends. Errors go back as answers, with every secret's value blotted out.
 */
export async function storeCommand(service: string, stores: readonly StatefulDefinition[]): Promise<void> {
  try {
    await serve(service, stores, createInterface({ input: process.stdin })[Symbol.asyncIterator]());
  } finally {
    // An input that stays open would keep us alive, and with us whoever waits for our end.
    process.stdin.destroy();
  }
}

async function serve(
  service: string,
  stores: readonly StatefulDefinition[],
  lines: AsyncIterator<string>,
): Promise<void> {
  const first = await lines.next();
  if (first.done === true) throw new Error("store: no opening line on stdin");
  const { pid, unlockWith, secrets: given } = storeOpening.parse(JSON.parse(first.value));
  const definition = stores.find((one) => one.name === service);
  if (definition === undefined) throw new Error(`store: the catalog has no store ${service}`);
  let secrets: Readonly<Record<string, string>> = unlockWith ?? {};
  const answer = async (work: () => Promise<unknown>): Promise<StoreAnswer> => {
    try {
      return { ok: true, value: (await work()) ?? null };
    } catch (error) {
      return {
        ok: false,
        error: withoutSecrets(sentenceOf(error), Object.values(secrets)),
        ...(definition.recovery.maintenance?.refused(error) === true ? { refused: true as const } : {}),
      };
    }
  };
  const { recovery } = definition;
  if (unlockWith !== undefined) {
    say(await answer(async () => recovery.maintenance?.unlock({ host: "127.0.0.1", secrets: unlockWith })));
    return;
  }
  let client: unknown;
  const connected = await answer(async () => {
    secrets = given ?? (await storeSecrets(definition, pid));
    client = await recovery.connect({ host: "127.0.0.1", secrets, grants: await presentGrants() });
  });
  say(connected);
  if (!connected.ok) return;
  try {
    for await (const line of { [Symbol.asyncIterator]: () => lines }) {
      const request = storeRequest.parse(JSON.parse(line));
      say(await answer(() => perform(recovery, client, request, secrets)));
    }
  } finally {
    await recovery.close(client);
  }
}

/**
 * The child that writes a store's dump by its client: an opening line as for `storeCommand` on stdin, the dump on stdout. What goes wrong is
 * told on stderr, with every secret's value blotted out.
 */
export async function storeDumpCommand(
  service: string,
  stores: readonly StatefulDefinition[],
): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const first = await lines.next();
  process.stdin.destroy();
  const { pid } = storeOpening.parse(first.done === true ? null : JSON.parse(first.value));
  const definition = stores.find((one) => one.name === service);
  const dump = definition?.recovery.portable?.dump;
  if (definition === undefined || dump === undefined || !("stream" in dump))
    throw new Error(`store-dump: the catalog has no store ${service} whose client writes its dump`);
  const secrets = await storeSecrets(definition, pid);
  try {
    const client = await definition.recovery.connect({ host: "127.0.0.1", secrets });
    try {
      await pipeline(Readable.from(dump.stream(client)), process.stdout);
    } finally {
      await definition.recovery.close(client);
    }
  } catch (error) {
    throw new RecoveryError(
      exitCodes.storeDown,
      `Store ${service}: ${withoutSecrets(sentenceOf(error), Object.values(secrets))}`,
    );
  }
}

async function perform(
  recovery: Recovery<unknown>,
  client: unknown,
  request: StoreRequest,
  secrets: Readonly<Record<string, string>>,
): Promise<unknown> {
  switch (request.op) {
    case "version":
      return recovery.version(client);
    case "setup":
      return recovery.setup(client);
    case "retire":
      return recovery.retire?.(client);
    case "setAdministrator":
      return recovery.administrator?.set(client, request.password);
    case "accepts":
      return recovery.accepts?.(
        { host: "127.0.0.1", secrets: {}, grants: await presentGrants() },
        request.secret,
        request.password,
      );
    case "writeCanary":
      return recovery.canary.write(client, request.mark);
    case "readCanary":
      return recovery.canary.read(client);
    case "inventory": {
      const { bytes, ms, like, disposable } = request;
      return recovery.inventory(client, { bytes, ms, disposable, ...(like === undefined ? {} : { like }) });
    }
    case "reset-users":
      return recovery.resetUsers(client);
    case "judgeImport":
      return loadingOf(recovery).judge(client, request.source);
    case "dump": {
      const { dump } = portableOf(recovery);
      if (dump === undefined) throw new Error("its tools give no dump in one file");
      if ("tool" in dump) return dump.tool(client, secrets);
      if ("text" in dump) return dump.text(client);
      throw new Error("its dump is written by a child of its own");
    }
    case "loadImport": {
      const { load } = loadingOf(recovery);
      if (!("client" in load)) throw new Error("it is loaded by its own tool");
      return load.client(client, request.source, request.file);
    }
    case "refuseWrites":
      return writesOf(recovery).refuse(client);
    case "allowWrites":
      return writesOf(recovery).allow(client, request.kept);
    case "oplogPosition":
      return recovery.oplog?.position(client, request.before);
    case "oplogHas":
      return oplogOf(recovery).has(client, request.position);
    case "oplogTool":
      return oplogOf(recovery).tool(client, secrets);
    case "replayOplog":
      return oplogOf(recovery).apply(client, request.file);
    default: {
      const never: never = request;
      return never;
    }
  }
}

function writesOf({ writes }: Recovery<unknown>): NonNullable<Recovery<unknown>["writes"]> {
  if (writes === undefined) throw new Error("it cannot refuse writes");
  return writes;
}

function oplogOf({ oplog }: Recovery<unknown>): NonNullable<Recovery<unknown>["oplog"]> {
  if (oplog === undefined) throw new Error("it keeps no oplog");
  return oplog;
}

function portableOf({ portable }: Recovery<unknown>): NonNullable<Recovery<unknown>["portable"]> {
  if (portable === undefined) throw new Error("it is neither dumped nor loaded");
  return portable;
}

function loadingOf(recovery: Recovery<unknown>) {
  const portable = portableOf(recovery);
  const { load } = portable;
  const judge = portable.judge?.bind(portable);
  if (judge === undefined || load === undefined) throw new Error("nothing can be imported into it");
  return { judge, load };
}

function say(answer: StoreAnswer): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

/** A store's present secrets: its running task's own, and its users'. */
export async function storeSecrets(
  definition: StatefulDefinition,
  pid: number,
): Promise<Readonly<Record<string, string>>> {
  return { ...(await userSecrets(definition)), ...(await taskSecrets(pid)) };
}
