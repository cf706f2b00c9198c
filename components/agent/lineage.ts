import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { beginResultSchema, type BeginResult } from "../../contract/begin-result.ts";
import { layout } from "../../contract/layout.ts";
import type { Host } from "../host/host.ts";
import { rootLine } from "../host/root-line.ts";
import { commandLine } from "../text/shell.ts";
import type { RecoveryAgent } from "./recovery-agent.ts";

export interface LineageArgs {
  readonly host: Host;
  readonly agent: RecoveryAgent;
  readonly stack: string;
  /** It was said that this platform is new. */
  readonly firstInstall: boolean;
  /** Whoever runs the engine has found out already that data come back first: nothing is decided here then. */
  readonly closed: boolean;
  /** What has to be there before customers may be let in. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * What is decided once on a host: an empty data root founds a lineage and serves, or waits, closed, for its data. Decided by the agent,
 * on the host, so that whoever runs the engine reaches the same end. It is decided again on a host with another key, and when a first
 * install is said where it was not before; that it is said no more changes nothing.
 */
export class Lineage extends pulumi.ComponentResource {
  /** The one command to run next; null when the platform serves. */
  readonly next: pulumi.Output<string | null>;

  constructor(name: string, args: LineageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:backup:Lineage", name, {}, opts);
    this.next = args.closed
      ? pulumi.output(`./kaleem restore --stack ${args.stack}`)
      : pulumi
          .all([pulumi.unsecret(this.#decision(name, args).stdout), args.host.machine.address])
          .apply(([answer, address]) => nextOf(answer, args.stack, { ...args.host.machine, address }));
    this.registerOutputs({ next: this.next });
  }

  #decision(name: string, { host, agent, firstInstall, after }: LineageArgs): remote.Command {
    return new remote.Command(
      `${name}-decision`,
      {
        connection: host.connection,
        create: rootLine(host, commandLine([layout.agentCommand, "begin"])),
        stdin: `${JSON.stringify({ firstInstall })}\n`,
        triggers: [host.identity],
        addPreviousOutputInEnv: false,
      },
      {
        parent: this,
        dependsOn: [agent, ...after],
        customTimeouts: { create: "15m", update: "15m" },
        // Said once is enough: a setting that is taken out of the file, or a flag that was given the first time, is no change.
        ignoreChanges: firstInstall ? [] : ["stdin"],
      },
    );
  }
}

/** Where the host is reached, for a command that names it. */
interface Reached {
  readonly user: string;
  readonly address: string;
  readonly port: number;
}

/** What an answer of the agent leaves to be done. Empty where an engine only pretends to run. */
export function nextOf(answer: string, stack: string, host: Reached): string | null {
  if (answer === "") return null;
  return commandFor(beginResultSchema.parse(JSON.parse(answer)).state, stack, host);
}

function commandFor(
  state: BeginResult["state"],
  stack: string,
  { user, address, port }: Reached,
): string | null {
  switch (state) {
    case "serves":
    case "founded":
      return null;
    case "waits":
      return `./kaleem recover --stack ${stack} --host ${user}@${address} --port ${port}`;
    case "new":
      return `./kaleem up --stack ${stack} --first-install`;
    default:
      return state satisfies never;
  }
}
