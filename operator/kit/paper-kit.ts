import { createHash } from "node:crypto";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { asBase32, fromBase32, toBase32 } from "./base32.ts";
import type { RecoveryKit } from "./recovery-kit.ts";

/** How a value stands on paper. */
interface Field {
  readonly label: string;
  readonly key: keyof RecoveryKit;
  /**
   * `plain`: as it is, since it has no look-alikes that matter. `letters`: base 32 of its bytes, in groups, capitals or not. `identity`:
   * the part of an age identity behind its fixed beginning, in groups, capitals or not.
   */
  readonly form: "plain" | "letters" | "identity";
}

const identityStart = "AGE-SECRET-KEY-1";
const fields = [
  { label: "stack", key: "stack", form: "plain" },
  { label: "endpoint", key: "endpoint", form: "plain" },
  { label: "bucket", key: "bucket", form: "plain" },
  { label: "prefix", key: "prefix", form: "plain" },
  { label: "region", key: "region", form: "plain" },
  { label: "key-id", key: "accessKeyId", form: "letters" },
  { label: "key-secret", key: "secretAccessKey", form: "letters" },
  { label: "age-key", key: "passphrase", form: "identity" },
  { label: "passphrase", key: "passphrase", form: "letters" },
] as const satisfies readonly Field[];
const endLabel = "end";

/** Characters of a value on one line. */
const perLine = 20;

interface Line {
  readonly number: number;
  readonly label: string;
  /** Without spaces, as the checks take it. */
  readonly content: string;
}

/**
 * A kit as lines that can be copied by hand from paper and typed again: numbered, in groups of four, each with a check of its own behind
 * the `=`, and one over all at the end. Pure.
 */
export function printKit(kit: RecoveryKit): string {
  const values = fields.flatMap((field): Omit<Line, "number">[] => {
    const { label, key, form } = field;
    const value = kit[key];
    if (value === undefined || (value === "" && key === "prefix")) return [];
    const isIdentity = value.startsWith(identityStart);
    if (key === "passphrase" && isIdentity !== (form === "identity")) return [];
    return chunks(written(value, form)).map((content) => ({ label, content }));
  });
  const body = values.map((line, index) => ({ ...line, number: index + 1 }));
  const end = { number: body.length + 1, label: endLabel, content: sumOf(body) };
  return [
    "KALEEM RECOVERY KIT",
    "",
    "Whoever has these lines has everything. Keep them where neither the server nor its provider is.",
    "To use them, type the numbered lines into a file, and give that file to:  ./kaleem recover --kit FILE",
    "Behind = is each line's check. Spaces do not matter; in groups of four, capitals do not either.",
    "",
    ...[...body, end].map(render),
    "",
  ].join("\n");
}

/** Whether a text is meant to be such lines. */
export function isPaperKit(text: string): boolean {
  return !text.trimStart().startsWith("{") && /^\s*(\d+\s+[a-z-]+\s|KALEEM RECOVERY KIT)/im.test(text);
}

/**
 * Reads the lines again. What is not numbered is left out of account.
 * @throws RecoveryError `usage` naming each line that is mistyped, missing or there twice, and never what stands in it
 */
export function parsePaperKit(text: string, file: string): Record<string, string> {
  const problems: string[] = [];
  const lines: Line[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    if (!/^\s*\d/.test(raw)) return;
    const where = `${file}: line ${index + 1} of the file`;
    const [, number, label, content, check] =
      /^\s*(\d{1,3})\s+([a-z-]+)\s+(.*?)\s*=\s*([0-9a-z]{4})\s*$/i.exec(raw) ?? [];
    if (number === undefined || label === undefined || content === undefined || check === undefined) {
      problems.push(
        `${where}: expected NUMBER NAME VALUE =CHECK, got something else: compare it with the paper`,
      );
      return;
    }
    const line = normal(Number(number), label.toLowerCase(), content);
    const known = line.label === endLabel || fields.some((field) => field.label === line.label);
    if (!known)
      problems.push(`${where}, number ${line.number}: there is no such name; compare it with the paper`);
    else if (checkOf(line) !== asBase32(check))
      problems.push(
        `${where}, number ${line.number} (${line.label}): its check does not fit: compare it with the paper, letter by letter`,
      );
    lines.push(line);
  });
  problems.push(...orderProblems(lines, file));
  if (problems.length === 0) {
    const sorted = [...lines].sort((a, b) => a.number - b.number);
    const body = sorted.filter(({ label }) => label !== endLabel);
    if (sorted.at(-1)?.content !== sumOf(body))
      problems.push(
        `${file}: the check over all lines does not fit: they are of different kits, or two are exchanged`,
      );
    else return valuesOf(body);
  }
  throw new RecoveryError(exitCodes.usage, problems.join("\n"));
}

function orderProblems(lines: readonly Line[], file: string): string[] {
  const numbers = lines.map(({ number }) => number);
  const end = lines.find(({ label }) => label === endLabel);
  const last = end?.number ?? Math.max(0, ...numbers) + 1;
  const wanted = Array.from({ length: last }, (_, index) => index + 1);
  const missing = wanted.filter((number) => !numbers.includes(number));
  const twice = [...new Set(numbers.filter((number, index) => numbers.indexOf(number) !== index))];
  const beyond = numbers.filter((number) => number > last);
  return [
    ...missing.map((number) =>
      number === last && end === undefined
        ? `${file}: the last line, whose name is ${endLabel}, is missing`
        : `${file}: number ${number} is missing`,
    ),
    ...twice.map((number) => `${file}: number ${number} is there twice`),
    ...beyond.map((number) => `${file}: number ${number} stands behind the last line`),
  ];
}

function valuesOf(lines: readonly Line[]): Record<string, string> {
  const values = fields.flatMap(({ label, key, form }): [string, string][] => {
    const parts = lines.filter((line) => line.label === label).map(({ content }) => content);
    return parts.length === 0 ? [] : [[key, read(parts.join(""), form)]];
  });
  return { prefix: "", ...Object.fromEntries(values) };
}

function written(value: string, form: Field["form"]): string {
  if (form === "plain") return value;
  return form === "identity" ? value.slice(identityStart.length) : toBase32(Buffer.from(value, "utf8"));
}

/** The check of each line held, so that what cannot be read was printed so. */
function read(content: string, form: Field["form"]): string {
  if (form === "plain") return content;
  if (form === "identity") return identityStart + content;
  return Buffer.from(fromBase32(content) ?? []).toString("utf8");
}

/** One line in the form that was meant: look-alikes are put right where the form knows none of them. */
function normal(number: number, label: string, content: string): Line {
  const bare = content.replace(/\s/g, "");
  const form = label === endLabel ? "letters" : fields.find((field) => field.label === label)?.form;
  if (form === "letters") return { number, label, content: asBase32(bare) };
  // Of age's letters, L and 0 are some, and 1, I and O none.
  if (form === "identity")
    return { number, label, content: bare.toUpperCase().replace(/[1I]/g, "L").replaceAll("O", "0") };
  return { number, label, content: bare };
}

function render({ number, label, content }: Line): string {
  const isPlain = fields.some((field) => field.label === label && field.form === "plain");
  const groups = isPlain ? content : chunks(content, 4).join(" ");
  const check = checkOf({ number, label, content });
  return `${String(number).padStart(2)} ${label.padEnd(10)} ${groups.padEnd(24)} =${check}`;
}

/** Four letters: a mistyped line passes once in a million. */
function checkOf({ number, label, content }: Line): string {
  return letters(`${number} ${label} ${content}`, 4);
}

function sumOf(lines: readonly Line[]): string {
  return letters(lines.map(({ label, content }) => `${label} ${content}`).join("\n"), 8);
}

function letters(text: string, count: number): string {
  return toBase32(createHash("sha256").update(text).digest()).slice(0, count);
}

function chunks(text: string, size = perLine): readonly string[] {
  return text.match(new RegExp(`.{1,${size}}`, "gs")) ?? [];
}
