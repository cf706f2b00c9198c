import type { ApiClient } from "../api-client.ts";
import { objectOf } from "../answer-fields.ts";
import type { Api, TypeDescription } from "../../protocol/described-type.ts";
import type { PropertyMap } from "../../protocol/value.ts";
import { bucketPath, within } from "./r2-path.ts";

/** The official plugin has no id for these. */
const noId = "missing ID";

/**
 * A set of rules of a bucket, which each change replaces whole. Removing it from the program asks the API for nothing: the rules stay on
 * the bucket. It cannot be imported.
 */
export function r2Rules(token: string, part: "lock" | "lifecycle"): TypeDescription<ApiClient> {
  const put = async ({ client, signal }: Api<ApiClient>, inputs: PropertyMap): Promise<void> => {
    const body = { rules: inputs["rules"] ?? [] };
    await client.call({
      method: "PUT",
      path: `${bucketPath(inputs)}/${part}`,
      headers: within(inputs),
      body,
      signal,
    });
  };
  return {
    token,
    inputs: {
      accountId: { kind: "text", required: true, onChange: "replace" },
      bucketName: { kind: "text", required: true, onChange: "replace" },
      jurisdiction: { kind: "text", fallback: "default", onChange: "replace" },
      rules: { kind: "list" },
    },
    computed: [],
    renewed: [],
    async create(api, inputs) {
      await put(api, inputs);
      return { id: noId, outputs: {} };
    },
    async read({ client, signal }, id, state) {
      if (state["accountId"] === undefined)
        throw new Error(
          `cloudflare provider: a bucket's ${part} cannot be imported; declare it, which replaces it whole.`,
        );
      const answer = await client.find({
        method: "GET",
        path: `${bucketPath(state)}/${part}`,
        headers: within(state),
        signal,
      });
      if (answer === undefined) return undefined;
      return { id, outputs: { rules: objectOf(answer, "rules")["rules"] ?? [] } };
    },
    async update(api, _id, inputs) {
      await put(api, inputs);
      return {};
    },
    async remove() {
      // As the official plugin: what is on the bucket stays there.
    },
  };
}
