import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { commandLine } from "../text/shell.ts";
import { inherited } from "./inherited.ts";
import { rootLine } from "./root-line.ts";
import type { SshHost } from "./ssh-host.ts";

/** Where the baseline puts the program behind every HostFile. */
export const hostFileInstaller = "/usr/local/lib/kaleem/host-file";

export interface HostFileArgs {
  readonly host: SshHost;
  /** Absolute path. A change moves the file: the old one is removed first. */
  readonly path: string;
  /** Goes over stdin. May be secret: nothing of it is printed. */
  readonly content: pulumi.Input<string>;
  /**
   * Names the content where the same one is written differently each time, as what is encrypted is: the file changes with this alone.
   * Left out, it changes with its content.
   */
  readonly version?: pulumi.Input<string>;
  /** `uid:gid` or `user:group`. @default "0:0" */
  readonly owner?: string;
  /** Octal, such as `0644`. */
  readonly mode: `0${number}`;
  /** Checks the candidate before it is active; `{candidate}` stands for its path, whose base name is the final one. */
  readonly validate?: readonly string[];
  /** Puts a new content into effect; run in order, also for the previous file when the new one fails. */
  readonly reload?: readonly (readonly string[])[];
  /** Proves the effect. When it fails, the previous file is put back and the update fails. */
  readonly assert?: readonly string[];
  /** Run before the file is removed from the host, such as stopping what uses it. */
  readonly beforeRemove?: readonly string[];
  /** Put the removal into effect. */
  readonly afterRemove?: readonly (readonly string[])[];
}

/**
 * One file on the host: replaced atomically, checked before it is active, put into effect, and its effect proved; the
 * previous file comes back when any of that fails. Destroying it removes it from the host, but with `retainOnDelete`.
 */
export class HostFile extends pulumi.ComponentResource {
  readonly path: string;

  constructor(name: string, args: HostFileArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:host:HostFile", name, {}, opts);
    this.path = args.path;
    new remote.Command(
      `${name}-content`,
      {
        connection: args.host.connection,
        create: rootLine(args.host, installLine(args)),
        delete: rootLine(args.host, removeLine(args)),
        stdin: args.content,
        triggers: [args.host.identity, args.path, ...(args.version === undefined ? [] : [args.version])],
        logging: remote.Logging.None,
        addPreviousOutputInEnv: false,
      },
      // The old one's removal must not follow the new one's installation.
      {
        parent: this,
        ...inherited(opts),
        ...(opts?.retainOnDelete === undefined ? {} : { retainOnDelete: opts.retainOnDelete }),
        deleteBeforeReplace: true,
        // A replacement takes the new content all the same.
        ...(args.version === undefined ? {} : { ignoreChanges: ["stdin"] }),
        additionalSecretOutputs: ["stdout", "stderr"],
      },
    );
    this.registerOutputs({ path: this.path });
  }
}

/** The whole command that installs a file; its content follows on stdin. */
export function installLine(args: Omit<HostFileArgs, "host" | "content">): string {
  return commandLine([
    hostFileInstaller,
    ...["install", args.path, args.owner ?? "0:0", args.mode],
    ...step("::validate", args.validate),
    ...(args.reload ?? []).flatMap((argv) => step("::reload", argv)),
    ...step("::assert", args.assert),
  ]);
}

/** The whole command that removes a file. */
export function removeLine(args: Pick<HostFileArgs, "path" | "beforeRemove" | "afterRemove">): string {
  return commandLine([
    hostFileInstaller,
    ...["remove", args.path],
    ...step("::before", args.beforeRemove),
    ...(args.afterRemove ?? []).flatMap((argv) => step("::reload", argv)),
  ]);
}

function step(kind: string, argv: readonly string[] | undefined): string[] {
  return argv === undefined ? [] : [kind, ...argv];
}
