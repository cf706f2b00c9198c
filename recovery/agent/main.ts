import "./global-crypto.ts";
import { text as textOf } from "node:stream/consumers";
import { exitCodes, RecoveryError, type ExitCode } from "../../contract/exit-codes.ts";
import { benchCopyCommand } from "./bench/bench-copy.ts";
import { addressCommand } from "./commands/address.ts";
import { alertsCommand } from "./commands/alerts.ts";
import { beginCommand } from "./commands/begin.ts";
import { containersCommand } from "./commands/containers.ts";
import { deploymentsCommand } from "./commands/deployments.ts";
import { closeCommand, openCommand } from "./commands/open-close.ts";
import { checkCommand, forgetCommand, pruneCommand } from "./commands/maintenance.ts";
import { moveOffsiteCommand } from "./commands/move-offsite.ts";
import { pointCommand } from "./commands/point.ts";
import { pointBeforeUpdate } from "./commands/point-before-update.ts";
import { pointsCommand } from "./commands/points.ts";
import { forgetReplacedCommand, replacedCommand } from "./commands/replaced.ts";
import { resticKeyCommand } from "./commands/restic-key.ts";
import { retireLoginsCommand } from "./commands/retire-logins.ts";
import { proveCommand } from "./commands/prove.ts";
import { recordDeployCommand } from "./commands/record-deploy.ts";
import { oplogCommand, shipOplogCommand } from "./commands/oplog.ts";
import { imagesCommand, serveImagesCommand } from "./commands/images.ts";
import { dumpCommand } from "./commands/dump.ts";
import { dumpsCommand } from "./commands/dumps.ts";
import { shipDumpsCommand } from "./commands/ship-dumps.ts";
import { takeDumpsCommand } from "./commands/take-dumps.ts";
import { importCommand } from "./commands/import.ts";
import { foundCommand } from "./commands/found.ts";
import { setAdministratorCommand } from "./commands/set-administrator.ts";
import { setupStoresCommand } from "./commands/setup-stores.ts";
import { shipCommand } from "./commands/ship.ts";
import { signCommand } from "./commands/sign.ts";
import { statusCommand } from "./commands/status.ts";
import { storeCommand, storeDumpCommand } from "./commands/store.ts";
import { tryLoginCommand } from "./commands/try-login.ts";
import { unpauseCommand } from "./commands/unpause.ts";
import { allStores, loadContext, type AgentContext } from "./context.ts";
import { fetchDumpsCommand } from "./commands/fetch-dumps.ts";
import { fetchCommand } from "./restore/fetch.ts";
import { restoreTestCommand } from "./commands/restore-test.ts";
import { reserveCommand } from "./commands/reserve.ts";
import { loopbackRegistry } from "../../contract/loopback-registry.ts";
import { readKitCheck } from "./kit-check.ts";
import { restoreCommand } from "./restore/restore.ts";

const help = `kaleem-agent COMMAND: recovery on this host. Results are JSON on stdout, log lines go to stderr.

  point [--before-update]
                        take a recovery point into the local repository; before an update: where the platform serves
  ship                  bring points that are not off-site yet there
  forget | prune | check --repository local|offsite
                        forget points by retention; give back their space; check, and read a part of the data
  prove [--point current]
                        start each store on a clone of the newest point, and tell what it holds; --clear: take
                        away what a killed proof has left
  restore-test [--if-due]
                        fetch a point from each repository, start each store on it, and hold it against the
                        point; --if-due: when the last good one is a month old; --clear: take away what a killed
                        one has left
  images                keep the images that run in the bucket, and read a part of them back
  serve-images          serve them to Docker on this host as ${loopbackRegistry}, until it is stopped
  ship-oplog            bring the oplog off-site as it is written, until it is stopped
  oplog plan|commands|replay --point ID --before TIME|POSITION
                        whether a point can be rolled forward to there; the commands, such as a drop, that the
                        oplog holds in between; or do it, where the store stands at that point
  kit-check             take the record of the recovery kit's last check from the bucket
  status                what is up, how old the newest points are, how the last runs ended
  points [--offsite]    what there is to restore, newest first
  fetch                 fetch the point of a restore ahead of it, on an empty data root; request and events as below
  restore               restore; request as JSON on stdin, events as JSON lines
  import                load files that others have written into the stores; request as JSON on stdin
  dump STORE [--outcome FILE]  a store's data in the portable form that import takes, on stdout
  take-dumps [STORE...] dump these into the local repository, or everything; --if-due: what the schedule says
  ship-dumps            bring dumps that are not off-site yet there
  dumps [--offsite]     what dumps there are, newest first
  fetch-dumps           place dumps for an import; request as JSON on stdin
  replaced              what restores have moved aside here, and its size
  forget-replaced RESTORE
                        remove for good what one restore moved aside
  close                 close the platform to writers
  open [RESTORE]        open it; data of an unfinished restore by that restore's name only
  begin                 what becomes of this data root: it serves, is founded as a first install, or waits for its
                        data; request as JSON on stdin
  found [LINEAGE] [--kit]  found a lineage on an empty data root, if bucket and repositories have none
  sign SERVICE SECRET   the HMAC-SHA256 of the text on stdin, by a secret that the running service has been given
  setup-stores          wait until the stores answer, then make replica sets and users
  retire-logins         once applications run with the present passwords: take the former ones away
  set-administrator STORE
                        change the password that a store keeps of its administrator; the new one on stdin
  restic-key add|retire the new password of both repositories, on stdin; or take the former one away
  restic-key try        whether the password on stdin opens each of them
  move-offsite [--cancel]
                        copy the off-site bucket to the one on stdin, with its keys, as JSON; or give that up
  try-login STORE SECRET
                        whether a store takes each of the passwords in the JSON list on stdin
  containers            measure every container, for monitoring
  reserve               refuse writes while the data volume is at its reserve; take them again once there is room
  alerts                which alerts fire now, as Prometheus on this host judges them
  deployments           which services were given which images, newest first; as this host saw them
  record-deploy         keep how a deployment ended, for monitoring; JSON on stdin
  address SERVICE       where a service answers from this host: the far end of an SSH tunnel
  unpause               thaw what a killed point has left paused
  bench-copy [--files N] [--seconds S]
                        measure two-pass copies on the data file system under a write load

Exit codes: ${Object.entries(exitCodes)
  .map(([name, code]) => `${code} ${name}`)
  .join(", ")}.
`;

const interrupt = new AbortController();
let stoppedBy: "SIGINT" | "SIGTERM" | null = null;

/** Commands that answer with one JSON value. */
const commands: Readonly<
  Record<string, (context: AgentContext, args: readonly string[]) => Promise<unknown>>
> = {
  point: (context, args) =>
    flag(args, "--before-update") ? pointBeforeUpdate(context) : pointCommand(context),
  ship: (context, args) => none(args, () => shipCommand(context)),
  forget: forgetCommand,
  prune: pruneCommand,
  check: checkCommand,
  prove: proveCommand,
  "restore-test": restoreTestCommand,
  "take-dumps": takeDumpsCommand,
  "ship-dumps": (context, args) => none(args, () => shipDumpsCommand(context)),
  "fetch-dumps": (context, args) =>
    none(args, async () => fetchDumpsCommand(context, await textOf(process.stdin))),
  dumps: (context, args) => dumpsCommand(context, flag(args, "--offsite")),
  images: (context, args) => none(args, () => imagesCommand(context)),
  "serve-images": (context, args) => none(args, () => serveImagesCommand(context)),
  "ship-oplog": (context, args) => none(args, () => shipOplogCommand(context)),
  oplog: oplogCommand,
  "kit-check": (context, args) => none(args, () => readKitCheck(context)),
  status: (context, args) => none(args, () => statusCommand(context)),
  points: (context, args) => pointsCommand(context, flag(args, "--offsite")),
  import: (context, args) => none(args, async () => importCommand(context, await textOf(process.stdin))),
  replaced: (_context, args) => none(args, () => replacedCommand()),
  "forget-replaced": forgetReplacedCommand,
  close: (context, args) => none(args, () => closeCommand(context)),
  open: (context, [restore, ...rest]) => none(rest, () => openCommand(context, restore ?? null)),
  found: (context, args) => {
    const [lineage, ...rest] = args.filter((arg) => arg !== "--kit");
    return none(rest, () => foundCommand(context, lineage ?? null, { kitGiven: args.includes("--kit") }));
  },
  begin: (context, args) => none(args, async () => beginCommand(context, await textOf(process.stdin))),
  sign: signCommand,
  "setup-stores": (context, args) => none(args, () => setupStoresCommand(context)),
  "retire-logins": (context, args) => none(args, () => retireLoginsCommand(context)),
  "set-administrator": setAdministratorCommand,
  "restic-key": resticKeyCommand,
  "move-offsite": moveOffsiteCommand,
  "try-login": tryLoginCommand,
  reserve: (context, args) => none(args, () => reserveCommand(context)),
  containers: (context, args) => none(args, () => containersCommand(context)),
  alerts: (context, args) => none(args, () => alertsCommand(context)),
  deployments: (context, args) => none(args, () => deploymentsCommand(context)),
  "record-deploy": (context, args) =>
    none(args, async () => recordDeployCommand(context, await textOf(process.stdin))),
};

async function main([command = "", ...args]: readonly string[]): Promise<ExitCode> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop(signal));
  for (const stream of [process.stdout, process.stderr]) stream.on("error", dropUnread);
  if (command === "" || command === "--help" || command === "help") {
    process.stdout.write(help);
    return command === "" ? exitCodes.usage : exitCodes.ok;
  }
  // These need no configuration: nothing may keep containers paused, and a store's child is told all it needs.
  if (command === "unpause") return print(await unpauseCommand());
  if (command === "bench-copy") return print(await benchCopyCommand(args, interrupt.signal));
  if (command === "store") {
    await storeCommand(args[0] ?? "", allStores);
    return exitCodes.ok;
  }
  if (command === "store-dump") {
    await storeDumpCommand(args[0] ?? "", allStores);
    return exitCodes.ok;
  }
  if (command === "restore" || command === "fetch") {
    // A broken SSH connection must not end a restore half-way.
    process.on("SIGHUP", () => undefined);
    const run = command === "restore" ? restoreCommand : fetchCommand;
    return run(await loadContext(command, interrupt.signal));
  }
  if (command === "dump") {
    await dumpCommand(await loadContext(command, interrupt.signal), args);
    return exitCodes.ok;
  }
  if (command === "address") {
    const [service = "", ...rest] = args;
    // Not JSON: it goes into another command's line.
    const address = await none(rest, async () =>
      addressCommand(await loadContext(command, interrupt.signal), service),
    );
    process.stdout.write(`${address}\n`);
    return exitCodes.ok;
  }
  // Nor an import, which replaces what is there from its first moment.
  if (command === "import") process.on("SIGHUP", () => undefined);
  const run = commands[command];
  if (run === undefined)
    throw new RecoveryError(exitCodes.usage, `There is no command ${command}: see kaleem-agent --help.`);
  return print(await run(await loadContext(command, interrupt.signal), args));
}

/** Lets the command end by itself: it thaws, gives back its locks and keeps how it ended. */
function stop(signal: "SIGINT" | "SIGTERM"): void {
  stoppedBy ??= signal;
  interrupt.abort(
    new RecoveryError(
      stoppedBy === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated,
      `Stopped by ${stoppedBy}.`,
    ),
  );
}

/** An operator whose connection breaks must not end what is under way, with stores paused perhaps: what nobody reads any more is dropped. */
function dropUnread(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

function print(value: unknown): ExitCode {
  process.stdout.write(`${JSON.stringify(value)}\n`);
  return exitCodes.ok;
}

async function none<T>(args: readonly string[], run: () => Promise<T>): Promise<T> {
  if (args.length > 0)
    throw new RecoveryError(
      exitCodes.usage,
      `Too many arguments: ${args.join(" ")}: see kaleem-agent --help.`,
    );
  return run();
}

function flag(args: readonly string[], name: string): boolean {
  const others = args.filter((arg) => arg !== name);
  if (others.length > 0)
    throw new RecoveryError(
      exitCodes.usage,
      `Unknown arguments: ${others.join(" ")}: see kaleem-agent --help.`,
    );
  return args.includes(name);
}

function fail(error: unknown): ExitCode {
  const known = error instanceof RecoveryError;
  // An unforeseen error is a defect of ours: its origin helps whoever mends it.
  const text = known
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  process.stderr.write(`kaleem-agent: ${text}\n`);
  if (stoppedBy !== null) return stoppedBy === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated;
  return known ? error.exitCode : exitCodes.failed;
}

process.exitCode = await main(process.argv.slice(2)).catch(fail);
