import type { TypeDescription } from "../../protocol/described-type.ts";
import { parameter, tagsFor, tagsIn, tagsOn } from "../answer-fields.ts";
import type { Ec2Client } from "../ec2-client.ts";
import { elementAt, textAt } from "../xml.ts";

const missing = /^InvalidGroup(Id)?\.NotFound$/;
/** What EC2 lets every new group do, and the official plugin takes away from it. */
const everything = {
  "IpPermissions.1.IpProtocol": "-1",
  "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0",
};

/** `aws:ec2/securityGroup:SecurityGroup`: a firewall that lets nothing in or out; its rules are resources of their own. */
export const securityGroup: TypeDescription<Ec2Client> = {
  token: "aws:ec2/securityGroup:SecurityGroup",
  inputs: {
    name: { kind: "text", required: true, onChange: "replace" },
    description: { kind: "text", fallback: "Managed by Pulumi", onChange: "replace" },
    vpcId: { kind: "text", onChange: "replace" },
    tags: { kind: "object" },
    region: { kind: "text", onChange: "replace" },
  },
  computed: ["arn", "ownerId", "tagsAll", "vpcId"],
  renewed: ["tagsAll"],

  async create({ client, signal }, inputs) {
    const made = await client.call(
      "CreateSecurityGroup",
      {
        GroupName: parameter(inputs["name"]),
        GroupDescription: parameter(inputs["description"]) ?? "Managed by Pulumi",
        VpcId: parameter(inputs["vpcId"]),
        ...tagsFor("security-group", inputs["tags"]),
      },
      signal,
    );
    const id = textAt(made, "groupId");
    await client.call("RevokeSecurityGroupEgress", { GroupId: id, ...everything }, signal);
    const found = await this.read({ client, signal }, id, {});
    return { id, outputs: found?.outputs ?? {} };
  },

  async read({ client, signal }, id) {
    const answer = await client.find("DescribeSecurityGroups", { "GroupId.1": id }, signal, missing);
    const group = answer === undefined ? undefined : elementAt(answer, "securityGroupInfo.item");
    if (group === undefined) return undefined;
    const outputs = {
      name: textAt(group, "groupName"),
      description: textAt(group, "groupDescription"),
      vpcId: textAt(group, "vpcId"),
      ownerId: textAt(group, "ownerId"),
      region: client.region,
      ...tagsIn(group),
    };
    return { id, outputs };
  },

  async update({ client, signal }, id, inputs) {
    await client.call("CreateTags", tagsOn(id, inputs["tags"]), signal);
    return { tagsAll: inputs["tags"] };
  },

  async remove({ client, signal }, id) {
    await client.find("DeleteSecurityGroup", { GroupId: id }, signal, missing);
  },
};
