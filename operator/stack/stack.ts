import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { parseStackFile } from "./stack-file.ts";
import { isStackName, stackNameRule } from "./stack-name.ts";

/** A stack of this repository, by its name: what every command opens before anything else. */
export interface Stack {
  readonly name: string;
  /** `remote`: on a machine that its committed file names. `local`: on a machine that is emulated on this computer. */
  readonly kind: "local" | "remote";
  /** The repository's root: a real path. */
  readonly repository: string;
  /** The committed file with the stack's settings, by its name in the repository. */
  readonly committedFile: string;
  /** The file that Pulumi reads: the committed one of a remote stack, a working copy of a local one. */
  readonly stackFile: string;
  /** The stack's own files on this computer; git never sees them. */
  readonly folder: string;
  /** Of a local stack: with the bucket, all that a recovery needs (0600). */
  readonly passphraseFile: string;
  /** Of a local stack: Pulumi's file backend. */
  readonly stateDirectory: string;
  readonly reports: string;
  /** The stack whose off-site bucket and registry a local stack uses: its own, or that of the one it replaces. */
  readonly offsiteOf: string;
}

/** The names that emulated stacks may have: a misspelt `prod` must never become one. */
const localName = /^(local|drill)(-|$)/;
/** The settings of every emulated stack. */
const localFile = "Pulumi.local.yaml";

/**
 * Opens a stack: reads its committed file, and nothing else.
 * @param options.offsiteOf of a local stack: another stack's name makes this one its replacement. @default the stack itself
 * @throws RecoveryError (`config`, `usage`) when there is no such stack, its file names no host, or a local one does
 */
export function openStack(
  name: string,
  options: { readonly offsiteOf?: string | undefined } = {},
  repository = repositoryRoot,
): Stack {
  const offsiteOf = options.offsiteOf ?? name;
  const wrong = [...new Set([name, offsiteOf])].filter((one) => !isStackName(one));
  if (wrong.length > 0) {
    throw new RecoveryError(
      exitCodes.usage,
      `stack: expected ${stackNameRule}; got ${wrong.map((one) => `"${one}"`).join(", ")}`,
    );
  }
  const kind = kindOf(name, repository);
  if (kind === "remote" && options.offsiteOf !== undefined) {
    throw new RecoveryError(
      exitCodes.usage,
      `stack ${name}: --offsite-of is for stacks on an emulated machine; the bucket of this one is in Pulumi.${name}.yaml`,
    );
  }
  return paths(name, kind, offsiteOf, repository);
}

/**
 * A remote stack whose committed file may not be here, as on a computer that has the repository and a recovery kit alone.
 * @throws RecoveryError `usage` for a name that no stack on a machine of yours can have
 */
export function lostStack(name: string, repository = repositoryRoot): Stack {
  if (!isStackName(name) || localName.test(name)) {
    throw new RecoveryError(
      exitCodes.usage,
      localName.test(name)
        ? `stack ${name}: it lives on an emulated machine; a lost one comes back by ./kaleem up --recover KIT under another name`
        : `stack: expected ${stackNameRule}; got "${name}"`,
    );
  }
  return paths(name, "remote", name, repository);
}

/**
 * Opens a stack that a command makes, loses and removes by itself, and the one that takes its place.
 * @throws RecoveryError `usage` for a stack on a machine of yours; and as {@link openStack}
 */
export function openExpendable(name: string, repository = repositoryRoot): { lost: Stack; rebuilt: Stack } {
  const lost = openStack(name, {}, repository);
  if (lost.kind === "remote") {
    throw new RecoveryError(
      exitCodes.usage,
      `stack ${name}: the machine that ${lost.committedFile} names is yours, and is never lost on purpose. ` +
        "Give the name of an emulated stack, such as drill or local-bench; how a lost one of yours comes back: ./kaleem recover --help.",
    );
  }
  return { lost, rebuilt: openStack(`${name}-rebuilt`, { offsiteOf: name }, repository) };
}

function paths(name: string, kind: Stack["kind"], offsiteOf: string, repository: string): Stack {
  const folder = join(repository, ".kaleem", name);
  const file = `Pulumi.${name}.yaml`;
  return {
    name,
    kind,
    repository,
    committedFile: kind === "remote" ? file : localFile,
    stackFile: join(kind === "remote" ? repository : folder, file),
    folder,
    passphraseFile: join(folder, "passphrase"),
    stateDirectory: join(folder, "state"),
    reports: join(folder, "reports"),
    offsiteOf,
  };
}

/** Makes the folders of a stack's own files, readable by the owner alone. */
export async function makeStackFolders({ folder, stateDirectory, reports }: Stack): Promise<void> {
  for (const path of [folder, stateDirectory, reports]) await mkdir(path, { recursive: true, mode: 0o700 });
}

/** The stacks that there are: those with a committed file, and those that were made on this computer. */
export function knownStacks(repository = repositoryRoot): string[] {
  const committed = readdirSync(repository).flatMap((file) => {
    const name = /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1];
    // The account's stack has no machine that a command could work on.
    return name === undefined || declaresAccount(readFileSync(join(repository, file), "utf8")) ? [] : [name];
  });
  const folder = join(repository, ".kaleem");
  const made = existsSync(folder)
    ? readdirSync(folder).filter((name) => existsSync(join(folder, name, `Pulumi.${name}.yaml`)))
    : [];
  return [...new Set([...committed, ...made])].sort();
}

/** Looked for as text: this only says which other sentence is told, of whatever stands in the file. */
function declaresAccount(text: string): boolean {
  return /^ +["']?kaleem:account["']?:/m.test(text);
}

function kindOf(name: string, repository: string): Stack["kind"] {
  const file = `Pulumi.${name}.yaml`;
  const committed = join(repository, file);
  if (!existsSync(committed)) {
    if (localName.test(name)) return "local";
    throw new RecoveryError(
      exitCodes.config,
      `stack ${name}: there is no ${file}. Stacks here: ${knownStacks(repository).join(", ")}. ` +
        `A machine of your own needs that file; an emulated stack is named local, or local-<something>.`,
    );
  }
  const text = readFileSync(committed, "utf8");
  if (declaresAccount(text))
    throw new RecoveryError(
      exitCodes.config,
      `${file}: kaleem:account: expected the stack of a machine, got the account's, which has none. ` +
        `The engine's own commands bring it up: pulumi up --stack ${name} (docs/account.md).`,
    );
  const host = parseStackFile(text, file).config?.["kaleem:host"];
  if (file === localFile) {
    if (host === undefined) return "local";
    throw new RecoveryError(
      exitCodes.config,
      `${file}: kaleem:host: the local stack runs on a machine that is emulated here and takes no host. ` +
        "Put it into a file of its own, such as Pulumi.staging.yaml.",
    );
  }
  if (host !== undefined) return "remote";
  throw new RecoveryError(
    exitCodes.config,
    `${file}: kaleem:host: missing; expected the machine that stack ${name} runs on (docs/config.md). ` +
      "To try things out without one use --stack local.",
  );
}
