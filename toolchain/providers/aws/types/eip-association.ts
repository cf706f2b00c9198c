import type { TypeDescription } from "../../protocol/described-type.ts";
import { textOf } from "../answer-fields.ts";
import type { Ec2Client } from "../ec2-client.ts";
import { elementAt, textAt } from "../xml.ts";

const missing = /^Invalid(AssociationID|AllocationID)\.NotFound$/;

/** `aws:ec2/eipAssociation:EipAssociation`: which machine an address leads to. */
export const eipAssociation: TypeDescription<Ec2Client> = {
  token: "aws:ec2/eipAssociation:EipAssociation",
  inputs: {
    allocationId: { kind: "text", required: true, onChange: "replace" },
    instanceId: { kind: "text", required: true, onChange: "replace" },
    region: { kind: "text", onChange: "replace" },
  },
  computed: ["networkInterfaceId", "privateIpAddress", "publicIp"],
  renewed: [],

  async create({ client, signal }, inputs) {
    const made = await client.call(
      "AssociateAddress",
      { AllocationId: textOf(inputs, "allocationId"), InstanceId: textOf(inputs, "instanceId") },
      signal,
    );
    return { id: textAt(made, "associationId"), outputs: { region: client.region } };
  },

  async read({ client, signal }, id) {
    const answer = await client.find(
      "DescribeAddresses",
      { "Filter.1.Name": "association-id", "Filter.1.Value.1": id },
      signal,
      missing,
    );
    const found = answer === undefined ? undefined : elementAt(answer, "addressesSet.item");
    if (found === undefined) return undefined;
    const outputs = {
      allocationId: textAt(found, "allocationId"),
      instanceId: textAt(found, "instanceId"),
      publicIp: textAt(found, "publicIp"),
      region: client.region,
    };
    return { id, outputs };
  },

  update: (_api, _id, inputs) => Promise.resolve(inputs),

  async remove({ client, signal }, id) {
    await client.find("DisassociateAddress", { AssociationId: id }, signal, missing);
  },
};
