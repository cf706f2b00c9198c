import type { ApiClient } from "../api-client.ts";
import type { PropertyMap } from "../../protocol/value.ts";
import { importParts, objectOf, textOf } from "../answer-fields.ts";
import type { TypeDescription } from "../../protocol/described-type.ts";
import { bucketPath, within } from "./r2-path.ts";

/** A bucket of R2. A changed location is not seen: it is a hint for when the bucket is made. */
export const r2Bucket: TypeDescription<ApiClient> = {
  token: "cloudflare:index/r2Bucket:R2Bucket",
  inputs: {
    accountId: { kind: "text", required: true, onChange: "replace" },
    name: { kind: "text", required: true, onChange: "replace" },
    location: { kind: "text", onChange: "ignored" },
    jurisdiction: { kind: "text", fallback: "default", onChange: "replace" },
    storageClass: { kind: "text", fallback: "Standard" },
  },
  computed: ["creationDate", "id"],
  renewed: [],

  async create({ client, signal }, inputs) {
    const { location, storageClass } = inputs;
    const answer = await client.call({
      method: "POST",
      path: `/accounts/${textOf(inputs, "accountId")}/r2/buckets`,
      headers: within(inputs),
      body: { locationHint: location, name: textOf(inputs, "name"), storageClass },
      signal,
    });
    const made = objectOf(answer, "a bucket");
    return {
      id: textOf(made, "name"),
      outputs: { id: textOf(made, "name"), creationDate: made["creation_date"] },
    };
  },

  async read({ client, signal }, id, state) {
    const known: PropertyMap =
      state["accountId"] === undefined
        ? imported(importParts(id, ["<account id>", "<bucket>", "<jurisdiction>"]))
        : { ...state, bucketName: id };
    const answer = await client.find({
      method: "GET",
      path: bucketPath(known),
      headers: within(known),
      signal,
    });
    if (answer === undefined) return undefined;
    const found = objectOf(answer, "a bucket");
    const outputs = {
      accountId: known["accountId"],
      id: found["name"],
      name: found["name"],
      creationDate: found["creation_date"],
      location: found["location"],
      jurisdiction: found["jurisdiction"],
      storageClass: found["storage_class"],
    };
    return { id: textOf(found, "name"), outputs };
  },

  async update({ client, signal }, id, inputs, state) {
    const known = { ...state, bucketName: id };
    await client.call({
      method: "PATCH",
      path: bucketPath(known),
      headers: {
        ...within(known),
        "cf-r2-storage-class": textOf({ storageClass: "Standard", ...inputs }, "storageClass"),
      },
      signal,
    });
    return { location: state["location"] };
  },

  async remove({ client, signal }, id, state) {
    const known = { ...state, bucketName: id };
    await client.find({ method: "DELETE", path: bucketPath(known), headers: within(known), signal });
  },
};

function imported([accountId = "", bucketName = "", jurisdiction = ""]: readonly string[]) {
  return { accountId, bucketName, jurisdiction };
}
