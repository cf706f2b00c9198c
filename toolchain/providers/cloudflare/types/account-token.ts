import type { ApiClient } from "../api-client.ts";
import { instantOf, importParts, objectOf, textOf } from "../answer-fields.ts";
import type { TypeDescription } from "../../protocol/described-type.ts";
import { isList, isPropertyMap, type PropertyMap, type Value } from "../../protocol/value.ts";

/** A token of an account. The API tells its value once, when it is made; a changed name or policy leaves it as it is. */
export const accountToken: TypeDescription<ApiClient> = {
  token: "cloudflare:index/accountToken:AccountToken",
  inputs: {
    accountId: { kind: "text", required: true, onChange: "replace" },
    name: { kind: "text", required: true },
    policies: { kind: "list", required: true },
  },
  computed: ["id", "issuedOn", "lastUsedOn", "modifiedOn", "status", "value"],
  renewed: ["issuedOn", "lastUsedOn", "modifiedOn", "status"],
  secret: ["value"],

  async create({ client, signal }, inputs) {
    const answer = await client.call({ method: "POST", path: tokens(inputs), body: body(inputs), signal });
    const made = objectOf(answer, "a token");
    return { id: textOf(made, "id"), outputs: { ...outputs(made), value: textOf(made, "value") } };
  },

  async read({ client, signal }, id, state) {
    const [accountId = "", tokenId = ""] =
      state["accountId"] === undefined
        ? importParts(id, ["<account id>", "<token id>"])
        : [textOf(state, "accountId"), id];
    const path = `${tokens({ accountId })}/${tokenId}`;
    const answer = await client.find({ method: "GET", path, signal });
    if (answer === undefined) return undefined;
    const found = objectOf(answer, "a token");
    return { id: tokenId, outputs: { accountId, ...outputs(found) } };
  },

  async update({ client, signal }, id, inputs) {
    const path = `${tokens(inputs)}/${id}`;
    return outputs(
      objectOf(await client.call({ method: "PUT", path, body: body(inputs), signal }), "a token"),
    );
  },

  async remove({ client, signal }, id, state) {
    await client.find({ method: "DELETE", path: `${tokens(state)}/${id}`, signal });
  },
};

function tokens(of: PropertyMap): string {
  return `/accounts/${textOf(of, "accountId")}/tokens`;
}

/** The program has `resources` as text, the API as an object. */
function body(inputs: PropertyMap): PropertyMap {
  const policies = list(inputs["policies"]).map((policy) => ({
    effect: policy["effect"],
    permission_groups: policy["permissionGroups"],
    resources: resources(textOf(policy, "resources")),
  }));
  return { name: inputs["name"], policies };
}

function resources(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    throw new Error("cloudflare provider: policies.resources: expected JSON, got something else.", {
      cause: error,
    });
  }
}

function outputs(token: PropertyMap): PropertyMap {
  return {
    id: token["id"],
    name: token["name"],
    status: token["status"],
    issuedOn: instantOf(token["issued_on"]),
    modifiedOn: instantOf(token["modified_on"]),
    lastUsedOn: instantOf(token["last_used_on"]),
    policies: list(token["policies"]).map((policy) => ({
      effect: policy["effect"],
      permissionGroups: list(policy["permission_groups"]).map((group) => ({ id: group["id"] })),
      resources: JSON.stringify(policy["resources"]),
    })),
  };
}

function list(value: Value | undefined): readonly PropertyMap[] {
  return isList(value) ? value.filter(isPropertyMap) : [];
}
