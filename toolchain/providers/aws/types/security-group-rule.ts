import type { TypeDescription } from "../../protocol/described-type.ts";
import type { PropertyMap } from "../../protocol/value.ts";
import { parameter, tagsFor, tagsIn, tagsOn, textOf } from "../answer-fields.ts";
import type { Ec2Client, Parameters } from "../ec2-client.ts";
import { elementAt, textAt } from "../xml.ts";

const missing = /^InvalidSecurityGroupRuleId\.NotFound$/;

/** What a rule lets through, as a call takes it below a prefix. */
function permission(prefix: string, rule: PropertyMap): Parameters {
  return {
    [`${prefix}IpProtocol`]: parameter(rule["ipProtocol"]),
    [`${prefix}FromPort`]: parameter(rule["fromPort"]),
    [`${prefix}ToPort`]: parameter(rule["toPort"]),
  };
}

/** A rule of a group, in or out; it has an id, and is changed in place. */
function rule(direction: "Ingress" | "Egress"): TypeDescription<Ec2Client> {
  const type = `SecurityGroup${direction}Rule`;
  return {
    token: `aws:vpc/${type.replace("S", "s")}:${type}`,
    inputs: {
      securityGroupId: { kind: "text", required: true, onChange: "replace" },
      ipProtocol: { kind: "text", required: true },
      fromPort: { kind: "number" },
      toPort: { kind: "number" },
      cidrIpv4: { kind: "text" },
      cidrIpv6: { kind: "text" },
      description: { kind: "text" },
      tags: { kind: "object" },
      region: { kind: "text", onChange: "replace" },
    },
    computed: ["arn", "securityGroupRuleId", "tagsAll"],
    renewed: ["tagsAll"],

    async create({ client, signal }, inputs) {
      const prefix = "IpPermissions.1.";
      const made = await client.call(
        `AuthorizeSecurityGroup${direction}`,
        {
          GroupId: textOf(inputs, "securityGroupId"),
          ...permission(prefix, inputs),
          [`${prefix}IpRanges.1.CidrIp`]: parameter(inputs["cidrIpv4"]),
          [`${prefix}Ipv6Ranges.1.CidrIpv6`]: parameter(inputs["cidrIpv6"]),
          ...tagsFor("security-group-rule", inputs["tags"]),
        },
        signal,
      );
      const id = textAt(made, "securityGroupRuleSet.item.securityGroupRuleId");
      return {
        id,
        outputs: { securityGroupRuleId: id, region: client.region, tagsAll: inputs["tags"] },
      };
    },

    async read({ client, signal }, id) {
      const answer = await client.find(
        "DescribeSecurityGroupRules",
        { "SecurityGroupRuleId.1": id },
        signal,
        missing,
      );
      const found = answer === undefined ? undefined : elementAt(answer, "securityGroupRuleSet.item");
      if (found === undefined) return undefined;
      const range = (key: string, name: string): PropertyMap =>
        textAt(found, name) === "" ? {} : { [key]: textAt(found, name) };
      const ports =
        textAt(found, "ipProtocol") === "-1"
          ? {}
          : portsOf(textAt(found, "fromPort"), textAt(found, "toPort"));
      const outputs = {
        securityGroupId: textAt(found, "groupId"),
        securityGroupRuleId: id,
        ipProtocol: textAt(found, "ipProtocol"),
        region: client.region,
        ...ports,
        ...range("cidrIpv4", "cidrIpv4"),
        ...range("cidrIpv6", "cidrIpv6"),
        ...tagsIn(found),
      };
      return { id, outputs };
    },

    async update({ client, signal }, id, inputs, state) {
      const prefix = "SecurityGroupRule.1.SecurityGroupRule.";
      await client.call(
        "ModifySecurityGroupRules",
        {
          GroupId: textOf(state, "securityGroupId"),
          "SecurityGroupRule.1.SecurityGroupRuleId": id,
          ...permission(prefix, inputs),
          [`${prefix}CidrIpv4`]: parameter(inputs["cidrIpv4"]),
          [`${prefix}CidrIpv6`]: parameter(inputs["cidrIpv6"]),
        },
        signal,
      );
      await client.call("CreateTags", tagsOn(id, inputs["tags"]), signal);
      return { tagsAll: inputs["tags"] };
    },

    async remove({ client, signal }, id, state) {
      await client.find(
        `RevokeSecurityGroup${direction}`,
        { GroupId: textOf(state, "securityGroupId"), "SecurityGroupRuleId.1": id },
        signal,
        /^Invalid(SecurityGroupRuleId|Group(Id)?)\.NotFound$/,
      );
    },
  };
}

function portsOf(from: string, to: string): PropertyMap {
  return { fromPort: Number(from), toPort: Number(to) };
}

/** `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule`: whom a group lets in. */
export const securityGroupIngressRule = rule("Ingress");
/** `aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule`: where a group lets out to. */
export const securityGroupEgressRule = rule("Egress");
