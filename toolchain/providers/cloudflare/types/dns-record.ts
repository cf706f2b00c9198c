import type { ApiClient } from "../api-client.ts";
import { instantOf, importParts, objectOf, textOf } from "../answer-fields.ts";
import type { TypeDescription } from "../../protocol/described-type.ts";
import type { PropertyMap } from "../../protocol/value.ts";

/** A record in a zone. Where it points is changed in place; another type or zone asks for another record. */
export const dnsRecord: TypeDescription<ApiClient> = {
  token: "cloudflare:index/dnsRecord:DnsRecord",
  inputs: {
    zoneId: { kind: "text", required: true, onChange: "replace" },
    name: { kind: "text", required: true },
    type: { kind: "text", required: true, onChange: "replace" },
    ttl: { kind: "number", required: true },
    content: { kind: "text" },
    proxied: { kind: "boolean" },
    comment: { kind: "text" },
  },
  computed: [
    "commentModifiedOn",
    "createdOn",
    "id",
    "meta",
    "modifiedOn",
    "proxiable",
    "settings",
    "tags",
    "tagsModifiedOn",
  ],
  renewed: ["modifiedOn"],

  async create({ client, signal }, inputs) {
    const answer = await client.call({ method: "POST", path: records(inputs), body: body(inputs), signal });
    const made = objectOf(answer, "a record");
    return { id: textOf(made, "id"), outputs: outputs(made) };
  },

  async read({ client, signal }, id, state) {
    const [zoneId = "", recordId = ""] =
      state["zoneId"] === undefined
        ? importParts(id, ["<zone id>", "<record id>"])
        : [textOf(state, "zoneId"), id];
    const answer = await client.find({ method: "GET", path: `${records({ zoneId })}/${recordId}`, signal });
    return answer === undefined
      ? undefined
      : { id: recordId, outputs: { zoneId, ...outputs(objectOf(answer, "a record")) } };
  },

  async update({ client, signal }, id, inputs, state) {
    const sent = { ...body(inputs), settings: state["settings"] ?? {}, tags: state["tags"] ?? [] };
    const answer = await client.call({ method: "PUT", path: `${records(inputs)}/${id}`, body: sent, signal });
    return outputs(objectOf(answer, "a record"));
  },

  async remove({ client, signal }, id, state) {
    await client.find({ method: "DELETE", path: `${records(state)}/${id}`, signal });
  },
};

function records(of: PropertyMap): string {
  return `/zones/${textOf(of, "zoneId")}/dns_records`;
}

function body({ name, type, ttl, content, proxied, comment }: PropertyMap): PropertyMap {
  return { name, type, ttl, content, proxied, comment };
}

function outputs(record: PropertyMap): PropertyMap {
  return {
    id: record["id"],
    name: record["name"],
    type: record["type"],
    ttl: record["ttl"],
    content: record["content"],
    proxied: record["proxied"],
    comment: record["comment"],
    commentModifiedOn: instantOf(record["comment_modified_on"]),
    createdOn: instantOf(record["created_on"]),
    modifiedOn: instantOf(record["modified_on"]),
    proxiable: record["proxiable"],
    meta: JSON.stringify(record["meta"] ?? {}),
    settings: record["settings"] ?? {},
    tags: record["tags"] ?? [],
    tagsModifiedOn: instantOf(record["tags_modified_on"]),
  };
}
