import { isMap, isScalar, parseDocument } from "yaml";
import { catalog } from "../../catalog/catalog.ts";
import type { StackContent } from "../../components/kit/stack-content.ts";
import { parseStackFile } from "../stack/stack-file.ts";
import { moveHost, type MovedFile, type NewHost } from "../stack/move-host.ts";

export interface RestoreRequest {
  /** What the kit opened. */
  readonly content: StackContent;
  /** The committed file as it is here; null when there is none. */
  readonly existing: string | null;
  /** Its name. */
  readonly file: string;
  readonly host: NewHost;
  /** What encrypts the secrets of a file that has none yet, such as `passphrase`. */
  readonly secretsProvider: string;
  /** Whether a path of the stack's file is there on this computer. */
  readonly fileExists: (path: string) => boolean;
}

/**
 * A lost stack's committed file with another machine in it, and without secrets yet, and the lines that differ. A file that is here and
 * names a machine is the stack's own: only the machine is changed. One that names none is what a new stack begins with: it gets the lost
 * one's settings. Pure.
 */
export function restoreStackFile(request: RestoreRequest): MovedFile {
  const { content, existing, file, host, secretsProvider } = request;
  const named = existing === null ? undefined : parseStackFile(existing, file).config?.["kaleem:host"];
  if (existing !== null && named !== undefined) return moveHost(existing, file, host);
  const { text: lost, diff: gone } = withoutFormerLimits(withoutLogins(content.file, request.fileExists));
  const filled =
    existing === null ? { text: lost, diff: newSettings(lost, file) } : fill(existing, lost, file);
  const moved = moveHost(withProvider(filled.text, secretsProvider), file, host);
  return { text: moved.text, diff: [...gone, ...filled.diff, ...moved.diff] };
}

/** A file of before applications were settings has their limits below `services`, where they would be refused. */
function withoutFormerLimits(text: string): MovedFile {
  const document = parseDocument(text);
  const at = ["config", "kaleem:services"] as const;
  const services = document.getIn(at);
  if (!isMap(services)) return { text, diff: [] };
  const known = new Set(catalog.map(({ name }) => name));
  const former = services.items.flatMap(({ key }) =>
    isScalar(key) && !known.has(String(key.value)) ? [String(key.value)] : [],
  );
  if (former.length === 0) return { text, diff: [] };
  for (const name of former) document.deleteIn([...at, name]);
  return {
    text: document.toString({ lineWidth: 0 }),
    diff: former.map((name) => `- services.${name}: an application is described below applications`),
  };
}

/** Files of another computer: the pin of the lost machine, and a key that is not here. Whoever recovers logs in with a key of their own. */
function withoutLogins(text: string, fileExists: (path: string) => boolean): string {
  const document = parseDocument(text);
  const at = (key: string): readonly string[] => ["config", "kaleem:host", key];
  const key: unknown = document.getIn(at("privateKeyFile"));
  if (typeof key === "string" && !fileExists(key)) document.deleteIn(at("privateKeyFile"));
  if (document.getIn(at("knownHostsFile")) !== undefined) document.deleteIn(at("knownHostsFile"));
  return document.toString({ lineWidth: 0 });
}

function newSettings(text: string, file: string): string[] {
  const keys = Object.keys(parseStackFile(text, file).config ?? {});
  return [`+ the settings of the lost stack: ${keys.map((key) => key.replace(/^kaleem:/, "")).join(", ")}`];
}

/** The lost stack's settings laid over those of a file that is no stack's yet; comments stay. */
function fill(existing: string, lost: string, file: string): MovedFile {
  const document = parseDocument(existing);
  const before = parseStackFile(existing, file).config ?? {};
  const settings = Object.entries(parseStackFile(lost, file).config ?? {});
  const changed = settings.filter(([key, value]) => !isSame(before[key], value));
  if (!isMap(document.get("config"))) document.set("config", document.createNode({}));
  for (const [key, value] of changed) document.setIn(["config", key], document.createNode(value));
  return {
    text: document.toString({ lineWidth: 0 }),
    diff: changed.flatMap(([key, value]) => [
      ...(before[key] === undefined ? [] : [`- ${key}: ${shown(before[key])}`]),
      `+ ${key}: ${shown(value)}`,
    ]),
  };
}

/** Pulumi writes numbers, true and false as texts, and means the same. */
function isSame(one: unknown, other: unknown): boolean {
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
  return one !== undefined && text(one) === text(other);
}

function withProvider(text: string, provider: string): string {
  if (provider === "passphrase") return text;
  const document = parseDocument(text);
  document.set("secretsprovider", provider);
  return document.toString({ lineWidth: 0 });
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 97)}…` : text;
}
