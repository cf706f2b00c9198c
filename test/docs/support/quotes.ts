import { posix } from "node:path";
import type { Command } from "./commands.ts";
import type { Text } from "./texts.ts";

/** What exists, for quotes to be held against. */
export interface World {
  readonly scripts: ReadonlyMap<string, Command>;
  /** The commands of `./kaleem`. */
  readonly program: ReadonlyMap<string, Command>;
  readonly agent: ReadonlyMap<string, Command>;
  /** Whether a text may name a command of the program by its npm script: a front door, or a release that had nothing else. */
  readonly maySayNpm: (text: Text, command: string) => boolean;
  /** Every file, by its path from the root. */
  readonly files: ReadonlySet<string>;
  /** The anchors of a page that exists. */
  readonly anchorsOf: (page: string) => ReadonlySet<string>;
}

/** What a text quotes that does not exist: a sentence for each, without where. */
export function wrongQuotes(text: Text, world: World): string[] {
  return [
    ...wrongScripts(text, world),
    ...wrongProgramCommands(text, world.program),
    ...wrongAgentCommands(text, world.agent),
    ...wrongLoneFlags(text, world),
    ...wrongFiles(text, world.files),
    ...wrongLinks(text, world),
  ];
}

/** A command ends where its quotation marks, its line or its sentence do. */
const commandEnd = /[`"'()\n;#|…]|[.:,](?:\s|$)|\s[–—]\s/;

function wrongScripts(text: Text, { scripts, program, maySayNpm }: World): string[] {
  const problems: string[] = [];
  for (const match of text.says.matchAll(
    /\bnpm (?:run (?:--?\w+ )*([a-z][\w:-]*)|(test)\b)(?: -- ([^\n]*))?/g,
  )) {
    const [, run, test, rest = ""] = match;
    const name = run ?? test ?? "";
    const script = scripts.get(name);
    if (script === undefined) {
      problems.push(`npm run ${name}: package.json has no such script`);
      continue;
    }
    problems.push(...wrongArguments(`npm run ${name}`, script, rest));
    // One name for a command, wherever somebody reads of it.
    if ((run ?? rest) !== "" && program.has(name) && !maySayNpm(text, name))
      problems.push(`npm run ${name}: say ./kaleem ${name}`);
  }
  return problems;
}

function wrongProgramCommands({ says }: Text, program: ReadonlyMap<string, Command>): string[] {
  const problems: string[] = [];
  for (const [, said = "", rest = ""] of says.matchAll(
    /(?<![\w/])\.\/kaleem ((?:help )?[a-z][\w-]*)(?![\w.])([^\n]*)/g,
  )) {
    const name = said.replace(/^help /, "");
    const command = program.get(name);
    if (name === "help") continue;
    if (command === undefined) problems.push(`./kaleem ${name}: the program has no such command`);
    else problems.push(...wrongArguments(`./kaleem ${name}`, command, rest, " "));
  }
  return problems;
}

function wrongAgentCommands({ says }: Text, agent: ReadonlyMap<string, Command>): string[] {
  const problems: string[] = [];
  for (const [, name = "", rest = ""] of says.matchAll(
    /(?<![\w-])kaleem-agent ([a-z][a-z-]*)(?![\w.])([^\n]*)/g,
  )) {
    const command = agent.get(name);
    if (command === undefined) problems.push(`kaleem-agent ${name}: the agent has no such command`);
    else problems.push(...wrongArguments(`kaleem-agent ${name}`, command, rest));
  }
  return problems;
}

/** "Begin anew with --from-scratch", `--at` at the start of a code span: whose flag it is, is not said, so any command's will do. */
function wrongLoneFlags({ file, says, kind }: Text, { scripts, program, agent }: World): string[] {
  if (kind === "comment" || (kind === "page" && !file.endsWith(".md"))) return [];
  const known = [...scripts.values(), ...program.values(), ...agent.values()];
  const exists = (flag: string): boolean =>
    known.some(
      ({ flags, subcommands }) =>
        flags?.has(flag) === true || [...subcommands.values()].some((own) => own.has(flag)),
    );
  return [...says.matchAll(/(?:\b(?:with|add|by|give|try|use|say|without) |`)(--[a-z][a-z-]*)(?![\w=.-])/g)]
    .map(([, flag = ""]) => flag)
    .filter((flag) => !exists(flag))
    .map((flag) => `${flag}: no command has such a flag`);
}

function wrongArguments(name: string, command: Command, rest: string, before = " -- "): string[] {
  const alternatives = /^\s*[a-z][a-z-]*(?: \| [a-z][a-z-]*)+/.exec(rest)?.[0];
  const words = rest.split(commandEnd)[0]?.trim().split(/\s+/) ?? [];
  const problems: string[] = [];
  const called = alternatives?.split("|").map((word) => word.trim()) ?? words.slice(0, 1).filter(isWord);
  if (command.subcommands.size > 0)
    for (const each of called)
      if (!command.subcommands.has(each))
        problems.push(`${name}${before}${each}: there is no such subcommand`);
  const own = called.length === 1 ? command.subcommands.get(called[0] ?? "") : undefined;
  for (const word of words) {
    const flag = /^\[?(--[a-z][a-z-]*)/.exec(word)?.[1];
    if (flag === undefined || command.flags === null || command.flags.has(flag) || own?.has(flag) === true)
      continue;
    problems.push(`${[name, ...(own === undefined ? [] : called)].join(" ")} ${flag}: there is no such flag`);
  }
  return problems;
}

function isWord(word: string): boolean {
  return /^[a-z][a-z-]*$/.test(word);
}

const path = /(?<![\w./@:$*~-])((?:[\w.*<>-]+\/)+(?:[\w.*<>-]*[\w*>])?)(?![\w*<>{$/…])/g;
const source = /\.(ts|mjs|cjs|sh|md)$/;

function wrongFiles({ file, says, kind }: Text, files: ReadonlySet<string>): string[] {
  // In tests paths are made up on purpose, and a wrong one that is used fails by itself.
  if (kind === "string" && file.startsWith("test/")) return [];
  const problems: string[] = [];
  for (const [, quoted = ""] of says.matchAll(path)) {
    const [first = "", second = ""] = quoted.split("/");
    const rooted = foldersOf(files).has(first) && second !== "" && quoted === quoted.toLowerCase();
    // What does not begin at the root is a place on a host or in an image, unless people are told of it.
    if (first.startsWith(".") || (!rooted && (kind === "string" || !source.test(quoted)))) continue;
    if (!names(quoted, file, files)) problems.push(`${quoted}: the repository has no such file or folder`);
  }
  for (const [, number = ""] of says.matchAll(/\bdecision (\d{4})\b/gi))
    if (![...files].some((each) => each.startsWith(`docs/decisions/${number}-`)))
      problems.push(`decision ${number}: there is no such record`);
  return problems;
}

const folders = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>();

/** The top-level folders of these files. */
function foldersOf(files: ReadonlySet<string>): ReadonlySet<string> {
  const known =
    folders.get(files) ?? new Set([...files].flatMap((file) => file.split("/").slice(0, -1).slice(0, 1)));
  folders.set(files, known);
  return known;
}

/** Whether a path, with `*` and `<name>` for anything, is one of a file or folder: from the root, from the quoting file, or at the end. */
function names(quoted: string, from: string, files: ReadonlySet<string>): boolean {
  const pattern = quoted
    .replace(/\/$/, "")
    .split(/(\*\*?|<[^>]*>)/)
    .map((piece, index) =>
      index % 2 === 1 ? (piece === "**" ? ".*" : "[^/]*") : piece.replaceAll(/[.\\+^$()|[\]{}?]/g, "\\$&"),
    )
    .join("");
  const near = posix.dirname(from).replaceAll(/[.\\+^$()|[\]{}?*]/g, "\\$&");
  const expression = source.test(quoted)
    ? new RegExp(`(?:^|/)${pattern}$`)
    : new RegExp(`^(?:${near}/)?${pattern}(?:/|$)`);
  for (const each of files) if (expression.test(each)) return true;
  return false;
}

function wrongLinks({ file, says }: Text, { files, anchorsOf }: World): string[] {
  const problems: string[] = [];
  const links = file.endsWith(".md")
    ? [...says.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => ({ link, base: posix.dirname(file) }))
    : // Elsewhere a page is named from the root, perhaps with an anchor.
      [...says.matchAll(/(?<![\w./…-])((?:docs\/)?[\w/-]+\.md#[\w-]+)/g)].map(([, link = ""]) => ({
        link,
        base: "",
      }));
  for (const { link, base } of links) {
    if (/^[a-z]+:/i.test(link)) continue;
    const [place = "", anchor] = link.split("#");
    const target = place === "" ? file : posix.join(base, place).replace(/\/$/, "");
    if (!files.has(target) && ![...files].some((each) => each.startsWith(`${target}/`)))
      problems.push(`${link}: the link leads nowhere`);
    else if (anchor !== undefined && !anchorsOf(target).has(anchor))
      problems.push(`${link}: ${target} has no heading of that anchor`);
  }
  return problems;
}
