import { createServer } from "node:net";
import { command, LocalCommandError } from "../images/command.ts";

/** A port on 127.0.0.1 and what it is wanted for, such as `SSH`. */
export interface WantedPort {
  readonly port: number;
  readonly purpose: string;
}

/**
 * Refuses to go on when a wanted port of 127.0.0.1 is in use.
 * @throws Error that names every taken port, who has it as far as it can be told, and what to do
 */
export async function refuseTakenPorts(owner: string, wanted: readonly WantedPort[]): Promise<void> {
  const taken: string[] = [];
  for (const { port, purpose } of wanted) {
    if (!(await isFree(port))) taken.push(portClash(owner, { port, purpose }, await whoHas(port)));
  }
  if (taken.length > 0) throw new Error(taken.join("\n"));
}

/** The sentence about one taken port. Pure. */
export function portClash(owner: string, wanted: WantedPort, holder: string | undefined): string {
  const who = holder === undefined ? "another program (run `ss -ltnp` as root to see which)" : holder;
  return `127.0.0.1:${wanted.port}: ${owner} needs this port for ${wanted.purpose}, and ${who} has it; stop that, then run this again`;
}

/** The process in a line of `ss -ltnpH`, such as `nginx (process 4711)`. Pure. */
export function holderFromListing(listing: string): string | undefined {
  const [, name, process] = /users:\(\("([^"]+)",pid=(\d+)/.exec(listing) ?? [];
  return name === undefined || process === undefined ? undefined : `${name} (process ${process})`;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A container is the better answer: behind its port there is only Docker's proxy. */
async function whoHas(port: number): Promise<string | undefined> {
  const container = await ask(["docker", "ps", "--filter", `publish=${port}`, "--format", "{{.Names}}"]);
  if (container !== undefined && container !== "") return `the container ${container.replace(/\n.*/s, "")}`;
  const listing = await ask(["ss", "-ltnpH", `sport = :${port}`]);
  return listing === undefined ? undefined : holderFromListing(listing);
}

/** Only for telling more: a missing tool must not hide the clash itself. */
async function ask(argv: readonly [string, ...string[]]): Promise<string | undefined> {
  try {
    return await command(argv, { timeoutSeconds: 5 });
  } catch (error) {
    if (error instanceof LocalCommandError) return undefined;
    throw error;
  }
}
