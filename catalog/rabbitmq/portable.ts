import { readFile } from "node:fs/promises";
import { z } from "zod";
import { entryPath } from "../inventory/inventory.ts";
import { canonicalJson, optionsText } from "../inventory/options-text.ts";
import { isLoginOf } from "../login-name.ts";
import type { PortableSource, SelectedParts } from "../portable/portable.ts";
import type { Stated } from "../portable/stated.ts";
import { readDeclared, type Declared } from "./declared.ts";
import type { ManagementApi } from "./management-api.ts";
import { queuePath } from "./paths.ts";

const args = z.record(z.string(), z.unknown()).default({});
const vhosted = z.looseObject({ name: z.string(), vhost: z.string() });
const policy = vhosted.extend({
  pattern: z.string(),
  "apply-to": z.string().default("all"),
  priority: z.number().default(0),
  definition: z.record(z.string(), z.unknown()),
});
const right = z.looseObject({ user: z.string(), vhost: z.string() });

/** What `GET /api/definitions` and `rabbitmqctl export_definitions` give. */
export const definitionsSchema = z.looseObject({
  rabbit_version: z.string().optional(),
  rabbitmq_version: z.string().optional(),
  vhosts: z.array(z.looseObject({ name: z.string() })).default([]),
  users: z
    .array(
      z.looseObject({
        name: z.string(),
        password_hash: z.string().optional(),
        hashing_algorithm: z.string().optional(),
        tags: z.union([z.string(), z.array(z.string())]).default([]),
        limits: z.unknown(),
      }),
    )
    .default([]),
  permissions: z.array(right).default([]),
  topic_permissions: z.array(right).default([]),
  parameters: z.array(vhosted.extend({ component: z.string() })).default([]),
  global_parameters: z.array(z.looseObject({ name: z.string() })).default([]),
  policies: z.array(policy).default([]),
  operator_policies: z.array(policy).optional(),
  exchanges: z
    .array(
      vhosted.extend({
        type: z.string(),
        durable: z.boolean(),
        auto_delete: z.boolean().default(false),
        internal: z.boolean().default(false),
        arguments: args,
      }),
    )
    .default([]),
  queues: z
    .array(
      vhosted.extend({
        type: z.string().optional(),
        durable: z.boolean(),
        auto_delete: z.boolean().default(false),
        arguments: args,
      }),
    )
    .default([]),
  bindings: z
    .array(
      z.looseObject({
        source: z.string(),
        vhost: z.string(),
        destination: z.string(),
        destination_type: z.string(),
        routing_key: z.string(),
        arguments: args,
      }),
    )
    .default([]),
});
export type Definitions = z.infer<typeof definitionsSchema>;

const known = new Set(["rabbit_password_hashing_sha256", "rabbit_password_hashing_sha512"]);
/** Of mirrored classic queues, which RabbitMQ 4 has no more: it refuses a policy with them. */
const mirroring = /^ha-/;
/** Names the cluster itself, and is drawn anew with it. */
const ownGlobalParameters: ReadonlySet<string> = new Set(["internal_cluster_id", "cluster_name"]);

/** @throws Error, a sentence's part, for what is no file of definitions */
export function parseDefinitions(text: string): Definitions {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // The parser's own words would quote the text, and so a hash.
    throw new Error("is no JSON, or was cut off", { cause });
  }
  const parsed = definitionsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "(all)"}: ${message}`);
  throw new Error(`holds no definitions of RabbitMQ: ${where.join("; ")}`);
}

/** Why these definitions cannot be imported anywhere, a sentence each. Pure. */
export function judgeDefinitions(
  definitions: Definitions,
  name: string,
  withoutUsers: boolean,
): readonly string[] {
  const vhosts = new Set(definitions.vhosts.map((vhost) => vhost.name));
  const orphans = [
    ...definitions.queues,
    ...definitions.exchanges,
    ...definitions.bindings,
    ...definitions.policies,
  ].filter(({ vhost }) => vhosts.size > 0 && !vhosts.has(vhost));
  const problems = [...new Set(orphans.map(({ vhost }) => vhost))].map(
    (vhost) =>
      `rabbitmq: ${name} uses the vhost ${vhost}, which it does not define: export the definitions of all vhosts`,
  );
  return withoutUsers ? problems : [...problems, ...judgeUsers(definitions, name)];
}

function judgeUsers({ users, permissions, topic_permissions }: Definitions, name: string): readonly string[] {
  const without = "or give --without-users and make the users anew";
  const own = users.filter((user) => isOwnUser(user.name)).map((user) => user.name);
  const hashed = users.filter(
    ({ hashing_algorithm, password_hash = "" }) =>
      password_hash !== "" && !known.has(hashing_algorithm ?? "rabbit_password_hashing_sha256"),
  );
  const names = new Set(users.map((user) => user.name));
  const strangers = new Set(
    [...permissions, ...topic_permissions].map(({ user }) => user).filter((user) => !names.has(user)),
  );
  const twice = repeated(users.map((user) => user.name));
  const twiceAllowed = repeated(permissions.map(({ user, vhost }) => `${user} in ${vhost}`));
  return [
    ...own.map(
      (user) =>
        `rabbitmq: ${name} has a user ${user}, which is the platform's own here and keeps its present password: take it out of the file, ${without}`,
    ),
    ...hashed.map(
      (user) =>
        `rabbitmq: ${name}: the password of ${user.name} is hashed by ${user.hashing_algorithm ?? ""}, which this server does not take: give the user a new password in the old server and export again, ${without}`,
    ),
    ...[...strangers].map(
      (user) =>
        `rabbitmq: ${name} says what ${user} may, and has no such user: export users and permissions together, ${without}`,
    ),
    ...twice.map((user) => `rabbitmq: ${name} has the user ${user} twice: take one out, ${without}`),
    ...twiceAllowed.map(
      (which) => `rabbitmq: ${name} says twice what ${which} may: take one out, ${without}`,
    ),
  ];
}

function isOwnUser(name: string): boolean {
  return name === "admin" || isLoginOf("app", name);
}

function repeated(all: readonly string[]): readonly string[] {
  return [...new Set(all.filter((one, index) => all.indexOf(one) !== index))];
}

/** What is imported of the definitions. Pure. */
export function importable(definitions: Definitions, withoutUsers: boolean): Definitions {
  const policies = definitions.policies
    .map((one) => ({ ...one, definition: withoutMirroring(one.definition) }))
    .filter(({ definition }) => Object.keys(definition).length > 0);
  return {
    ...definitions,
    policies,
    global_parameters: definitions.global_parameters.filter(({ name }) => !ownGlobalParameters.has(name)),
    ...(withoutUsers ? { users: [], permissions: [], topic_permissions: [] } : {}),
  };
}

function withoutMirroring(definition: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(definition).filter(([key]) => !mirroring.test(key)));
}

/** What the definitions hold, as an inventory tells it. Pure. */
export function statedByDefinitions(
  all: Definitions,
  withoutUsers: boolean,
): Pick<PortableSource, "parts" | "stated" | "leftOut"> {
  const taken = importable(all, withoutUsers);
  const mirrored = all.policies.filter(({ definition }) =>
    Object.keys(definition).some((key) => mirroring.test(key)),
  );
  const leftOut = [
    "messages: definitions never hold any",
    ...mirrored.map(
      ({ vhost, name }) =>
        `the mirroring in the policy ${name} of ${vhost}: RabbitMQ 4 has quorum queues instead`,
    ),
    ...(withoutUsers ? ["users and what they may, as asked"] : []),
  ];
  const stated: Stated[] = [
    ...taken.vhosts.map(({ name }) => ({ path: entryPath("vhost", name), kind: "vhosts" })),
    ...taken.exchanges.map(({ vhost, name, type, durable, auto_delete, internal, arguments: given }) => ({
      path: entryPath("vhost", vhost, "exchange", name),
      kind: "exchanges",
      options: optionsText({ type, durable, auto_delete, internal, arguments: given }),
    })),
    ...taken.queues.map(({ vhost, name, durable, auto_delete, arguments: given }) => ({
      path: queuePath(vhost, name),
      kind: "queues",
      options: optionsText({ durable, auto_delete, arguments: given }),
    })),
    ...taken.bindings.flatMap((one) => statedByBinding(one)),
    ...taken.policies.map(({ vhost, name, pattern, priority, definition, ...rest }) => ({
      path: entryPath("vhost", vhost, "policy", name),
      kind: "policies",
      options: optionsText({ pattern, priority, "apply-to": rest["apply-to"], ...definition }),
    })),
    ...taken.parameters.map(({ vhost, component, name }) => ({
      path: entryPath("vhost", vhost, "parameter", component, name),
      kind: "parameters",
    })),
    ...taken.users.map(({ name, tags }) => ({
      path: entryPath("user", name),
      kind: "users",
      options: optionsText({ tags: [...(Array.isArray(tags) ? tags : tags.split(","))].sort() }),
    })),
    ...taken.permissions.map(({ user, vhost, ...rights }) => ({
      path: entryPath("user", user, "vhost", vhost),
      kind: "permissions",
      options: optionsText(rights),
    })),
  ];
  return { parts: taken.vhosts.map(({ name }) => name), stated, leftOut };
}

/** One with arguments is told by a digest of them that only the server makes. */
function statedByBinding(binding: Definitions["bindings"][number]): readonly Stated[] {
  const { source, vhost, destination, destination_type, routing_key, arguments: given } = binding;
  if (Object.keys(given).length > 0) return [];
  const key = routing_key === "" ? "~" : routing_key;
  return [
    {
      path: entryPath("vhost", vhost, "binding", source, destination_type, destination, key),
      kind: "bindings",
      options: optionsText({ routing_key }),
    },
  ];
}

/**
 * Whole vhosts by their names, or one queue by `vhost:queue`, with the bindings to it; users, what they may and what is the server's own
 * stay as they are. Pure.
 */
export function selectDefinitions(
  { facts }: Pick<PortableSource, "facts">,
  names: readonly string[],
): SelectedParts {
  const all = definitionsSchema.parse(facts["definitions"]);
  const vhosts = all.vhosts.map(({ name }) => name);
  const queues = all.queues.map(({ vhost, name }) => `${vhost}:${name}`);
  const known = [...vhosts, ...queues];
  const definitions = definitionsOf(all, names);
  const { parts, stated } = statedByDefinitions(definitions, true);
  return {
    ...{ parts, stated, known, facts: { ...facts, definitions } },
    missing: names.filter((name) => !known.includes(name)),
  };
}

function definitionsOf(all: Definitions, names: readonly string[]): Definitions {
  const vhosts = new Set(all.vhosts.map(({ name }) => name).filter((name) => names.includes(name)));
  const isWhole = ({ vhost }: { readonly vhost: string }): boolean => vhosts.has(vhost);
  const isNamed = (vhost: string, queue: string): boolean => names.includes(`${vhost}:${queue}`);
  const queues = all.queues.filter((one) => isWhole(one) || isNamed(one.vhost, one.name));
  const bindings = all.bindings.filter(
    (one) => isWhole(one) || (one.destination_type === "queue" && isNamed(one.vhost, one.destination)),
  );
  const touched = new Set(queues.map(({ vhost }) => vhost));
  const sources = new Set(bindings.map(({ vhost, source }) => `${vhost}:${source}`));
  return {
    ...all,
    vhosts: all.vhosts.filter(({ name }) => vhosts.has(name) || touched.has(name)),
    // A binding needs the exchange that it is to.
    exchanges: all.exchanges.filter((one) => isWhole(one) || sources.has(`${one.vhost}:${one.name}`)),
    queues,
    bindings,
    policies: all.policies.filter(isWhole),
    parameters: all.parameters.filter(isWhole),
    ...(all.operator_policies === undefined
      ? {}
      : { operator_policies: all.operator_policies.filter(isWhole) }),
    ...{ users: [], permissions: [], topic_permissions: [], global_parameters: [] },
  };
}

/** What is there in another form than in the file: an import would leave it as it is and say nothing. Pure. */
export function judgeAgainst(definitions: Definitions, here: Declared, name: string): readonly string[] {
  const queues = definitions.queues.flatMap((wanted) => {
    const got = here.queues.find((one) => one.name === wanted.name && one.vhost === wanted.vhost);
    if (got === undefined) return [];
    const type = wanted.type ?? wanted.arguments["x-queue-type"] ?? "classic";
    const same =
      got.type === type &&
      got.durable === wanted.durable &&
      canonicalJson(got.arguments) === canonicalJson(wanted.arguments);
    return same ? [] : [differs("queue", wanted, name)];
  });
  const exchanges = definitions.exchanges.flatMap((wanted) => {
    const got = here.exchanges.find((one) => one.name === wanted.name && one.vhost === wanted.vhost);
    if (got === undefined) return [];
    const same =
      got.type === wanted.type &&
      got.durable === wanted.durable &&
      got.internal === wanted.internal &&
      canonicalJson(got.arguments) === canonicalJson(wanted.arguments);
    return same ? [] : [differs("exchange", wanted, name)];
  });
  return [...queues, ...exchanges];
}

function differs(kind: string, { name, vhost }: { name: string; vhost: string }, file: string): string {
  return `rabbitmq: the ${kind} ${name} of ${vhost} is here in another form than in ${file}, and RabbitMQ would leave it so: process its messages, delete it here, and import again`;
}

/** Why these definitions, which `facts.definitions` holds, cannot be imported into this server. */
export async function judgeDefinitionsHere(
  api: ManagementApi,
  { name, facts, withoutUsers }: PortableSource,
): Promise<readonly string[]> {
  const definitions = definitionsSchema.parse(facts["definitions"]);
  return [
    ...judgeDefinitions(definitions, name, withoutUsers),
    ...judgeAgainst(definitions, await readDeclared(api), name),
  ];
}

/** What is declared, but for the platform's own users: as JSON, which `POST /api/definitions` takes. Messages are not in it. */
export async function dumpDefinitions(api: ManagementApi): Promise<string> {
  const definitions = definitionsSchema.parse(await api.get("definitions", importLimitMs));
  const isOthers = ({ user }: { readonly user: string }): boolean => !isOwnUser(user);
  return JSON.stringify({
    ...definitions,
    users: definitions.users.filter(({ name }) => !isOwnUser(name)),
    permissions: definitions.permissions.filter(isOthers),
    topic_permissions: definitions.topic_permissions.filter(isOthers),
  });
}

const importLimitMs = 300_000;

/** Imports the definitions in one request, which RabbitMQ applies beside what it has. */
export async function loadDefinitions(
  api: ManagementApi,
  source: PortableSource,
  file: string,
): Promise<void> {
  const all = parseDefinitions(await readFile(file, "utf8"));
  const definitions = source.only === undefined ? all : definitionsOf(all, source.only);
  await api.post("definitions", importable(definitions, source.withoutUsers), importLimitMs);
}
