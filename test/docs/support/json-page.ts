import { z } from "zod";
import { benchAnswer } from "../../../bench/bench-answer.ts";
import { drillReportSchema } from "../../../drill/drill-report.ts";
import { historyAnswer } from "../../../drill/history/history-answer.ts";
import { drillRecordSchema } from "../../../drill/record/drill-record.ts";
import { auditAnswer } from "../../../operator/answers/audit-answer.ts";
import { errorAnswer } from "../../../operator/answers/error-answer.ts";
import { forgetAnswer } from "../../../operator/answers/forget-answer.ts";
import { importAnswer, importPlanAnswer } from "../../../operator/answers/import-answer.ts";
import { kitAnswer } from "../../../operator/answers/kit-answer.ts";
import {
  fillAnswer,
  locksAnswer,
  moveAnswer,
  pullAnswer,
  rewindAnswer,
} from "../../../operator/answers/offsite-answer.ts";
import { pointAnswer } from "../../../operator/answers/point-answer.ts";
import { policyAnswer } from "../../../operator/answers/policy-answer.ts";
import { previewAnswer } from "../../../operator/answers/preview-answer.ts";
import { rollbackAnswer } from "../../../operator/answers/rollback-answer.ts";
import { recoverAnswer } from "../../../operator/answers/recover-answer.ts";
import {
  secretInitAnswer,
  secretListAnswer,
  secretRotateAnswer,
} from "../../../operator/answers/secrets-answer.ts";
import { smokeAnswer } from "../../../operator/answers/smoke-answer.ts";
import { stateAnswer, stateLineAnswer, stateSetUpAnswer } from "../../../operator/answers/state-answer.ts";
import { deadHostAnswer } from "../../../operator/answers/status-answer.ts";
import { upAnswer } from "../../../operator/answers/up-answer.ts";
import { watchAnswer } from "../../../operator/answers/watch-answer.ts";
import { dumpListSchema, dumpResult } from "../../../recovery/agent/answers/dump-record.ts";
import { agentStatusSchema } from "../../../recovery/agent/answers/agent-status.ts";
import { deploymentListSchema } from "../../../recovery/agent/answers/deployment-list.ts";
import { pointListSchema } from "../../../recovery/agent/answers/listed-point.ts";
import { restoreEventSchema } from "../../../recovery/restore/journal/event.ts";
import { restorePlanSchema } from "../../../recovery/restore/plan/restore-plan.ts";
import { restoreReportSchema } from "../../../recovery/restore/report/report.ts";

/** One JSON document that the program prints. */
export interface JsonDocument {
  /** Heading: the command line, or what it is. */
  readonly title: string;
  readonly says: string;
  readonly schema: z.ZodType;
  /** Fields that another heading explains, by their name. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

/** Every JSON document that a command prints on stdout. */
export const jsonDocuments: readonly JsonDocument[] = [
  {
    title: "Errors",
    says: "Any command that cannot answer, on one line, with the same exit code; the sentence stands on stderr too.",
    schema: errorAnswer,
  },
  { title: "./kaleem status --json", says: "What the host says of itself.", schema: agentStatusSchema },
  {
    title: "./kaleem status --json, without a host",
    says: "When the host does not answer; exit code 50.",
    schema: deadHostAnswer,
  },
  { title: "./kaleem points --json", says: "Newest first.", schema: pointListSchema },
  { title: "./kaleem point --json", says: "The point that was taken.", schema: pointAnswer },
  { title: "./kaleem dumps --json", says: "Newest first.", schema: dumpListSchema },
  {
    title: "./kaleem dump --json",
    says: "The dumps that were taken; the error alone when one failed: the others are in `./kaleem dumps`.",
    schema: dumpResult,
  },
  { title: "./kaleem preview --json", says: "What `up` would change.", schema: previewAnswer },
  { title: "./kaleem up --json", says: "The stack that was brought up.", schema: upAnswer },
  {
    title: "./kaleem deployments --json",
    says: "As the host saw them, newest first.",
    schema: deploymentListSchema,
  },
  {
    title: "./kaleem deploy --json",
    says: "The stack that was brought up with the new images, as of `./kaleem up --json`.",
    schema: upAnswer,
  },
  {
    title: "./kaleem rollback --json",
    says: "Each step; exit code 1 when one did not pass.",
    schema: rollbackAnswer,
  },
  {
    title: "./kaleem watch --json",
    says: "Exit code 1 when it did not pass.",
    schema: watchAnswer,
  },
  { title: "./kaleem state --json", says: "Where the state is kept.", schema: stateAnswer },
  {
    title: "./kaleem state --s3 BUCKET --json",
    says: "The line, and nothing done.",
    schema: stateLineAnswer,
  },
  { title: "./kaleem state --s3 BUCKET --set-up --json", says: "What was set up.", schema: stateSetUpAnswer },
  { title: "./kaleem secrets list --json", says: "Names, never a value.", schema: secretListAnswer },
  { title: "./kaleem secrets init --json", says: "Names, never a value.", schema: secretInitAnswer },
  { title: "./kaleem secrets rotate NAME --json", says: "Names, never a value.", schema: secretRotateAnswer },
  { title: "./kaleem kit --json", says: "Where the kit is, never what is in it.", schema: kitAnswer },
  { title: "./kaleem restore --plan --json", says: "What a restore would do.", schema: restorePlanSchema },
  {
    title: "./kaleem restore --json",
    says: "Events, one JSON object a line, as they happen; the last one is `refused` or `report`.",
    schema: restoreEventSchema,
    elsewhere: { plan: "the plan, as above", report: "the report, as below" },
  },
  { title: "A restore's report", says: "What it did and proved.", schema: restoreReportSchema },
  {
    title: "./kaleem restore --forget ID --json",
    says: "Whether what a restore moved aside was removed.",
    schema: forgetAnswer,
  },
  {
    title: "./kaleem recover --json",
    says: "How it ended.",
    schema: recoverAnswer,
    elsewhere: { report: "the restore's report, as above, or null: nothing had to be restored" },
  },
  {
    title: "./kaleem import --plan --json",
    says: "What was found, and what it would replace; exit code 2, and the error alone, when something of it cannot be imported.",
    schema: importPlanAnswer,
  },
  {
    title: "./kaleem import --json",
    says: "Exit code 30 when a store differs from its file.",
    schema: importAnswer,
  },
  { title: "./kaleem pull --json", says: "Exit code 33 when a file is damaged.", schema: pullAnswer },
  {
    title: "./kaleem offsite locks --json",
    says: "Exit code 1 when a lock is missing.",
    schema: locksAnswer,
  },
  { title: "./kaleem offsite rewind --json", says: "What is brought back.", schema: rewindAnswer },
  { title: "./kaleem offsite fill --json", says: "What was sent.", schema: fillAnswer },
  { title: "./kaleem offsite move --json", says: "How it ended.", schema: moveAnswer },
  {
    title: "./kaleem smoke --json",
    says: "Each step; exit code 1 when one did not pass.",
    schema: smokeAnswer,
  },
  { title: "./kaleem audit --json", says: "Exit code 1 when a finding did not pass.", schema: auditAnswer },
  {
    title: "./kaleem policy --json",
    says: "Exit code 1 when something stands against a stack.",
    schema: policyAnswer,
  },
  { title: "./kaleem drill --json", says: "Exit code 30 when there are causes.", schema: drillReportSchema },
  {
    title: "./kaleem drill --verify --json",
    says: "What the history of drills holds; exit code 36 when it is not sound.",
    schema: historyAnswer,
  },
  {
    title: "The record of a drill",
    says: "`….record.json` beside a drill's report, and what is signed in the history: success, actual RTO, loss of each store, problems, recommendations.",
    schema: drillRecordSchema,
  },
  {
    title: "./kaleem bench NAME --json",
    says: "Beside the names below each benchmark has figures of its own.",
    schema: benchAnswer,
  },
];

const head = `# JSON

Generated from the schemas that the commands print by; \`npm run generate\` writes it anew.

With \`--json\` a command prints one JSON document on stdout, and nothing else there: progress, questions and sentences go to
stderr. A document has exactly the fields below, and never a secret. Fields are added as the program grows; none changes its name or
its meaning, and a reader should pass by what it does not know. Instants are ISO 8601 in UTC. How a command ended is told by its
[exit code](exit-codes.md) in every case.

In a path \`[]\` is each item of a list, and \`*\` each name of a mapping.
`;

/** The text of docs/json.md. Pure. */
export function renderJsonPage(documents: readonly JsonDocument[] = jsonDocuments): string {
  return [head, ...documents.map(renderDocument)].join("\n");
}

function renderDocument({ title, says, schema, elsewhere = {} }: JsonDocument): string {
  const json = z.toJSONSchema(schema, { io: "output", unrepresentable: "any" }) as JsonSchema;
  const rows = rowsOf("", json, elsewhere, json.$defs ?? {});
  const heading = title.startsWith("./")
    ? `\`${title.replace(/,.*/, "")}\`${/,.*/.exec(title)?.[0] ?? ""}`
    : title;
  return [
    `## ${heading}`,
    "",
    says,
    "",
    "| field | type | meaning |",
    "| --- | --- | --- |",
    ...rows.map(({ path, type, says: meaning }) => `| \`${path}\` | ${type} | ${meaning} |`),
    "",
  ].join("\n");
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly says: string;
}

type Definitions = Readonly<Record<string, JsonSchema>>;

function rowsOf(
  path: string,
  given: JsonSchema,
  elsewhere: Readonly<Record<string, string>>,
  definitions: Definitions,
): Row[] {
  const schema = resolved(given, definitions);
  const options = (schema.anyOf ?? schema.oneOf ?? []).filter(({ type }) => type !== "null");
  if (options.length > 0)
    return unique(
      options.flatMap((one) => rowsOf(path, { ...one, ...described(schema) }, elsewhere, definitions)),
    );
  const rows = Object.entries(schema.properties ?? {}).flatMap(([name, property]): Row[] => {
    const below = path === "" ? name : `${path}.${name}`;
    const there = elsewhere[name];
    if (there !== undefined) return [{ path: below, type: there, says: "" }];
    const optional = !(schema.required ?? []).includes(name);
    const type = `${typeOf(property, definitions)}${optional ? ", or absent" : ""}`;
    return [
      { path: below, type, says: meaning(property) },
      ...rowsOf(below, property, elsewhere, definitions),
    ];
  });
  const values = schema.additionalProperties;
  return [
    ...rows,
    ...(schema.items === undefined ? [] : rowsOf(`${path}[]`, schema.items, elsewhere, definitions)),
    ...(typeof values === "object" && Object.keys(values).length > 0
      ? rowsOf(path === "" ? "*" : `${path}.*`, values, elsewhere, definitions)
      : []),
  ];
}

function described({ description }: JsonSchema): { description?: string } {
  return description === undefined ? {} : { description };
}

/** Variants of one thing have most of their fields in common. */
function unique(rows: readonly Row[]): Row[] {
  const byPath = new Map<string, Row>();
  for (const row of rows) {
    const known = byPath.get(row.path);
    const types = new Set([...(known?.type.split(" or ") ?? []), ...row.type.split(" or ")]);
    byPath.set(row.path, { ...row, type: [...types].join(" or "), says: known?.says ?? row.says });
  }
  return [...byPath.values()];
}

function typeOf(given: JsonSchema, definitions: Definitions): string {
  const schema = resolved(given, definitions);
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return [...new Set(options.map((one) => typeOf(one, definitions)))].join(" or ");
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${JSON.stringify(one)}\``).join(" or ");
  if (schema.items !== undefined) return `list of ${typeOf(schema.items, definitions)}`;
  if (typeof schema.type === "object")
    return schema.type.map((type) => typeOf({ ...schema, type }, definitions)).join(" or ");
  switch (schema.type) {
    case "string":
      return "text";
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "true or false";
    case "object":
      return schema.properties === undefined ? "mapping" : "object";
    case "null":
      return "null";
    default:
      return "anything";
  }
}

function meaning({ description, anyOf = [], oneOf = [] }: JsonSchema): string {
  const said = description ?? [...anyOf, ...oneOf].find((one) => one.description !== undefined)?.description;
  return (said ?? "").replaceAll("|", "\\|");
}

function resolved(schema: JsonSchema, definitions: Definitions): JsonSchema {
  const name = schema.$ref?.replace("#/$defs/", "");
  return name === undefined ? schema : { ...definitions[name], ...described(schema) };
}
