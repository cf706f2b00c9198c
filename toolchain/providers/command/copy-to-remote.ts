import { reveal, unknown } from "../protocol/value.ts";
import type { PropertyMap } from "../protocol/value.ts";
import type { ActionContext, ResourceType } from "../protocol/resource-type.ts";
import { connectionRule } from "./connection-schema.ts";
import { readConnection } from "./connection.ts";
import { hashOf, normalizeSource, normalizeStored, readSource } from "./copy-source.ts";
import { withDeadline } from "./deadline.ts";
import { dial } from "./dial.ts";
import { checkInputs } from "./input-schema.ts";
import type { InputSchema } from "./input-schema.ts";
import { diffInputs } from "./property-differences.ts";
import { RemoteFiles } from "./remote-files.ts";
import { copySource } from "./copy.ts";
import { uniqueHex } from "./unique-hex.ts";

const schema: InputSchema = {
  connection: connectionRule,
  source: { kind: "content", required: true, normalize: normalizeSource },
  remotePath: { kind: "text", required: true },
  triggers: { kind: "list" },
};

/**
 * `command:remote:CopyToRemote`: a file, a text or a directory, copied to a host over SFTP. It is copied again when its
 * content or `remotePath` changed, not when only the connection did: put the host's identity into `triggers`. What is on
 * the host is never looked at and never removed.
 */
export const copyToRemote: ResourceType = {
  token: "command:remote:CopyToRemote",

  check: ({ news }) => checkInputs(schema, news),

  diff: ({ oldInputs, news, ignoreChanges }) => diffInputs(oldInputs, news, ignoreChanges),

  async create({ inputs, preview }, context) {
    if (preview) return { id: "", properties: planned(inputs) };
    await copy(inputs, context);
    return { id: uniqueHex(), properties: normalizeContent(inputs) };
  },

  read: ({ id, state, inputs }) =>
    Promise.resolve({ id, properties: normalizeStored(state), inputs: normalizeStored(inputs) }),

  async update({ state, news, preview }, context) {
    if (preview) return planned(news);
    const changed =
      hashOf(news) !== hashOf(state) ||
      reveal(news["remotePath"] ?? "") !== reveal(state["remotePath"] ?? "");
    if (changed) await copy(news, context);
    return normalizeContent(news);
  },
};

/** The official plugin shows the source as unknown in every preview of a change. */
function planned(inputs: PropertyMap): PropertyMap {
  return { ...inputs, source: unknown };
}

function normalizeContent(inputs: PropertyMap): PropertyMap {
  return { ...inputs, source: normalizeSource(inputs["source"] ?? null) };
}

async function copy(inputs: PropertyMap, context: ActionContext): Promise<void> {
  const signal = withDeadline(context.signal, context.timeoutSeconds);
  const remotePath = reveal(inputs["remotePath"] ?? "");
  if (typeof remotePath !== "string") throw new Error("remotePath: expected a text.");
  const source = readSource(reveal(inputs["source"] ?? null));
  const connection = await dial(readConnection(inputs["connection"]), signal, (text) => {
    context.log("info", text, { ephemeral: true });
  });
  try {
    await copySource(source, remotePath, await RemoteFiles.open(connection, signal));
  } finally {
    connection.close();
  }
}
