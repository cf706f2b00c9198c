import { Resolver } from "node:dns/promises";
import { isIP, isIPv4 } from "node:net";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { sentenceOf } from "../../contract/sentence-of.ts";
import { type Clock, waitUntil } from "../../contract/wait-until.ts";

/** What one name server said of a name. */
export interface Resolved {
  readonly server: string;
  /** Its addresses; a sentence when it gave none. */
  readonly addresses: readonly string[] | string;
}

/** Asks name servers for the addresses of a name, of the family of `like`. */
export type AskNames = (name: string, like: string) => Promise<readonly Resolved[]>;

/** Whether every server that answered gives that address alone, and one did. Pure. */
export function isResolved(answers: readonly Resolved[], address: string): boolean {
  const told = answers.flatMap(({ addresses }) => (typeof addresses === "string" ? [] : [addresses]));
  return told.length > 0 && told.every((addresses) => addresses.length === 1 && addresses[0] === address);
}

/** How each server answered, in one line. */
export function describeAnswers(answers: readonly Resolved[]): string {
  if (answers.length === 0) return "none, as the zone's name servers were not found";
  return answers
    .map(
      ({ server, addresses }) =>
        `${server}: ${typeof addresses === "string" ? addresses : addresses.join(", ")}`,
    )
    .join("; ");
}

/**
 * Waits until the name servers give the address, and returns what they said.
 * @throws RecoveryError `failed` with their last answers when the time is over; the record itself was changed by then
 */
export async function awaitResolved(
  ask: AskNames,
  wanted: { readonly name: string; readonly address: string; readonly undoWith: string },
  waiting: { readonly limitMs: number; readonly everyMs: number; readonly clock?: Clock },
): Promise<readonly Resolved[]> {
  const { name, address, undoWith } = wanted;
  let last: readonly Resolved[] = [];
  return waitUntil(
    async () => {
      last = await ask(name, address);
      return isResolved(last, address) ? last : undefined;
    },
    {
      ...waiting,
      late: () =>
        new RecoveryError(
          exitCodes.failed,
          `record ${name}: it was changed, and within ${waiting.limitMs / 1000} s not every name server gave ${address}; the last answers: ${describeAnswers(last)}. ` +
            `Run the same command again to go on waiting, or ${undoWith} to go back.`,
        ),
    },
  );
}

/**
 * Asks the zone's own name servers, which know first, or one that was given.
 * @param given an address of a resolver, with a port where it is not 53
 * @throws RecoveryError `usage` for what is no address
 */
export function nameServers(given: string | undefined): AskNames {
  if (given === undefined)
    return async (name, like) => {
      const servers = await serversOf(name);
      return Promise.all(servers.map(({ server, address }) => answerOf(server, address, name, like)));
    };
  const bare = given.replace(/^\[(.*)\](:\d+)?$/, "$1").replace(/^([\d.]+):\d+$/, "$1");
  if (isIP(bare) === 0)
    throw new RecoveryError(
      exitCodes.usage,
      `--resolver: expected an address such as 192.0.2.53 or 192.0.2.53:5353, got ${JSON.stringify(given)}`,
    );
  return async (name, like) => [await answerOf(given, given, name, like)];
}

async function answerOf(server: string, address: string, name: string, like: string): Promise<Resolved> {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  resolver.setServers([address]);
  try {
    return { server, addresses: await (isIPv4(like) ? resolver.resolve4(name) : resolver.resolve6(name)) };
  } catch (error) {
    return { server, addresses: sentenceOf(error) };
  }
}

/** The name servers of the zone that a name is in: those of the longest part of it that has any. */
async function serversOf(name: string): Promise<readonly { server: string; address: string }[]> {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  const labels = name.replace(/^\*\./, "").split(".");
  for (let from = 0; from < labels.length - 1; from += 1) {
    const zone = labels.slice(from).join(".");
    const servers = await resolver.resolveNs(zone).catch((error: unknown) => notThere(error, zone));
    if (servers.length === 0) continue;
    const found = await Promise.all(
      servers.map(async (server) => {
        const addresses = await resolver.resolve4(server).catch((error: unknown) => notThere(error, server));
        return addresses.slice(0, 1).map((address) => ({ server, address }));
      }),
    );
    return found.flat();
  }
  return [];
}

/** What has no such record is no failure; a resolver that does not answer is. */
function notThere(error: unknown, name: string): string[] {
  const code = (error as { code?: unknown }).code;
  if (code === "ENODATA" || code === "ENOTFOUND") return [];
  throw new RecoveryError(
    exitCodes.nameUnknown,
    `name servers of ${name}: expected an answer from this computer's resolver, got ${sentenceOf(error)}. The record was changed. Give another resolver with --resolver.`,
    { cause: error },
  );
}
