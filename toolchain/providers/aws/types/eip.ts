import type { TypeDescription } from "../../protocol/described-type.ts";
import type { PropertyMap } from "../../protocol/value.ts";
import { tagsFor, tagsIn, tagsOn } from "../answer-fields.ts";
import type { Ec2Client } from "../ec2-client.ts";
import { type Element, elementAt, textAt } from "../xml.ts";

const missing = /^InvalidAllocationID\.NotFound$/;

/** `aws:ec2/eip:Eip`: an address that stays. Its id is that of its allocation. */
export const eip: TypeDescription<Ec2Client> = {
  token: "aws:ec2/eip:Eip",
  inputs: {
    domain: { kind: "text", onChange: "replace" },
    tags: { kind: "object" },
    region: { kind: "text", onChange: "replace" },
  },
  computed: ["allocationId", "arn", "publicDns", "publicIp", "tagsAll"],
  renewed: ["tagsAll"],

  async create({ client, signal }, inputs) {
    const made = await client.call(
      "AllocateAddress",
      { Domain: "vpc", ...tagsFor("elastic-ip", inputs["tags"]) },
      signal,
    );
    return {
      id: textAt(made, "allocationId"),
      outputs: { ...outputs(client, made), tagsAll: inputs["tags"] },
    };
  },

  async read({ client, signal }, id) {
    const answer = await client.find("DescribeAddresses", { "AllocationId.1": id }, signal, missing);
    const found = answer === undefined ? undefined : elementAt(answer, "addressesSet.item");
    return found === undefined ? undefined : { id, outputs: { ...outputs(client, found), ...tagsIn(found) } };
  },

  async update({ client, signal }, id, inputs) {
    await client.call("CreateTags", tagsOn(id, inputs["tags"]), signal);
    return { tagsAll: inputs["tags"] };
  },

  async remove({ client, signal }, id) {
    await client.find("ReleaseAddress", { AllocationId: id }, signal, missing);
  },
};

function outputs(client: Ec2Client, address: Element): PropertyMap {
  return {
    allocationId: textAt(address, "allocationId"),
    domain: textAt(address, "domain") || "vpc",
    publicIp: textAt(address, "publicIp"),
    region: client.region,
  };
}
