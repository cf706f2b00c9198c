import { z } from "zod";
import type { BusinessChecks } from "../../contract/business-check.ts";
import { milliseconds } from "../../catalog/quantities.ts";
import * as field from "./fields.ts";

const header = z
  .record(field.headerName, field.templateText)
  .default({})
  .describe("Header → value, a template. In plain sight: no place for secrets.");
const body = z
  .unknown()
  .meta({ title: "any JSON" })
  .optional()
  .describe(
    'JSON whose texts are templates. A text that is one placeholder becomes the value itself: `"{seq}"` is a number. Left out: no body.',
  );
const equals = z
  .record(field.jsonPath, field.templateText)
  .default({})
  .describe('JSON path in the answer → what its value must be, a template: `{ $.seq: "{seq}" }`.');
const record = field.jsonPath
  .optional()
  .describe(
    "Where in the answer the written thing stands, `$` for the whole. What is read must be equal to what was acknowledged. Left out: not compared.",
  );

const sign = z
  .strictObject({
    secret: field.secretKey.describe(
      "Key of one of the applications' secrets, which one of them must have as a secretFile: the host signs with it, and it never leaves there.",
    ),
    header: field.headerName.describe("The header that carries the signature."),
    text: field.templateText
      .default("{body}")
      .describe(
        "What is signed, by HMAC-SHA256: `{body}` is the body as sent, `{time}` the seconds since 1970.",
      ),
    value: field.templateText
      .default("{hmac}")
      .describe("The header's value: `{hmac}` is the signature in hexadecimal, `{time}` as in text."),
  })
  .optional()
  .describe("Proves who calls, as webhooks want it. Left out: nothing is signed.");

const write = z
  .strictObject({
    method: z
      .enum(["POST", "PUT", "PATCH"], { error: "expected POST, PUT or PATCH" })
      .meta({ title: "POST, PUT or PATCH" })
      .default("POST")
      .describe("The request's method."),
    path: field.templatePath.describe("Where it goes, over the edge."),
    headers: header,
    body,
    sign,
    status: field.status.default(201).describe("The status that acknowledges it."),
    id: field.jsonPath.default("$.id").describe("JSON path of the id in the answer."),
    equals,
    record,
  })
  .describe(
    "Writes one thing. Its templates know `{seq}`, a number that no other write of the ledger has, `{run}`, the writer's own name, and `{time}`. " +
      "It is acknowledged by its status, its id, and all that must be equal; only then must it be kept.",
  );

const read = z.strictObject({
  method: z
    .enum(["GET", "POST"], { error: "expected GET or POST" })
    .meta({ title: "GET or POST" })
    .default("GET")
    .describe("The request's method."),
  path: field.templatePath.describe("Where it is asked for, over the edge."),
  headers: header,
  body,
  status: field.status.default(200).describe("The status that says that it is there."),
  missing: field.status
    .default(404)
    .describe("The status that says that it is not there. Any other proves nothing."),
  equals,
  record,
  within: field
    .duration("1s", "10m")
    .optional()
    .describe(
      "How long after the acknowledgement it may still be missing, such as until a worker has come to it. Left out: it is there at once.",
    ),
});

const check = z
  .strictObject({
    write,
    reads: z
      .record(field.readName, read, { error: "expected reads by name" })
      .refine((reads) => Object.keys(reads).length > 0, { error: "expected one read or more, by name" })
      .describe(
        "Reads it, by name: over what way, or of which store. Templates know `{id}`, `{seq}` and `{time}`.",
      ),
    ledger: field.flag
      .default(true)
      .describe(
        "Whether drills and benchmarks write it many times a second, and keep each acknowledged write with its number and time: what a loss is measured by. True for one check at most.",
      ),
  })
  .superRefine(({ write, reads, ledger }, context) => {
    const wrong = (path: readonly string[], message: string, advice: string): void => {
      context.addIssue({ code: "custom", path: [...path], message, params: { advice } });
    };
    if (ledger && write.sign !== undefined) {
      wrong(
        ["ledger"],
        "expected false beside a write that is signed",
        "the host signs each call, which is too slow for many a second",
      );
    }
    for (const [name, { record }] of Object.entries(reads)) {
      if (record !== undefined && write.record === undefined) {
        wrong(
          ["reads", name, "record"],
          "expected a write with record beside it",
          "write.record says what it is compared with",
        );
      }
    }
    const said = { ...write, sign: undefined };
    for (const place of unknownIn(said, writeKnows)) wrong(["write"], ...place);
    for (const place of unknownIn(write.sign?.text ?? "", [...writeKnows, "body"]))
      wrong(["write", "sign", "text"], ...place);
    for (const place of unknownIn(write.sign?.value ?? "", [...writeKnows, "hmac"]))
      wrong(["write", "sign", "value"], ...place);
    for (const [name, one] of Object.entries(reads)) {
      for (const place of unknownIn(one, readKnows)) wrong(["reads", name], ...place);
    }
  });

const writeKnows = ["seq", "run", "time"];
const readKnows = ["id", "seq", "time"];

/** What of the texts in a value names nothing, each as a message and its advice. */
function unknownIn(value: unknown, known: readonly string[]): [string, string][] {
  const texts = textsIn(value);
  const names = texts.flatMap((text) =>
    [...text.matchAll(/\{\{|\}\}|\{([a-z]+)\}/g)].flatMap(([, name]) => (name === undefined ? [] : [name])),
  );
  const placeholders = known.map((name) => `{${name}}`).join(", ");
  return [...new Set(names)]
    .filter((name) => !known.includes(name))
    .map((name) => [
      `expected placeholders of ${placeholders}`,
      `{${name}} stands for nothing here; a brace is {{`,
    ]);
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** What proves from outside that the stack's applications keep what they acknowledge. */
export const businessChecks = z
  .record(field.checkName, check)
  .superRefine((checks, context) => {
    const [first, second] = Object.entries(checks)
      .filter(([, { ledger }]) => ledger)
      .map(([name]) => name);
    if (first === undefined || second === undefined) return;
    context.addIssue({
      code: "custom",
      path: [second, "ledger"],
      message: "expected true for one check at most",
      params: { advice: `${first} keeps the ledger; write ledger: false` },
    });
  })
  .describe(
    "What proves from outside that the applications keep what they acknowledge, by name: `./kaleem smoke` makes each of them once, drills and benchmarks " +
      "the one with a ledger many times. docs/business-checks.md shows how. Left out: only the platform's own canaries prove what a loss costs.",
  );

/** The checks as everything else knows them. */
export function businessChecksOf(settings: z.infer<typeof businessChecks>): BusinessChecks {
  return Object.fromEntries(
    Object.entries(settings).map(([name, { write, reads, ledger }]) => [
      name,
      {
        write,
        ledger,
        reads: Object.fromEntries(
          Object.entries(reads).map(([read, { within, ...call }]) => [
            read,
            { ...call, withinMs: within === undefined ? 0 : milliseconds(within) },
          ]),
        ),
      },
    ]),
  );
}
