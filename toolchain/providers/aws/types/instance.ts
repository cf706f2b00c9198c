import type { Api, TypeDescription } from "../../protocol/described-type.ts";
import { isList, isPropertyMap, type PropertyMap, type Value } from "../../protocol/value.ts";
import { awaitState, parameter, tagsFor, tagsIn, tagsOn } from "../answer-fields.ts";
import type { Ec2Client, Parameters } from "../ec2-client.ts";
import { type Element, elementAt, elementsAt, textAt } from "../xml.ts";

const missing = /^InvalidInstanceID\.NotFound$/;
/** Debian's images say so; the root device is told by this name alone. */
const rootDevice = "/dev/xvda";

/** `aws:ec2/instance:Instance`: a machine. Another type stops and starts it; another image, zone, key or network is another machine. */
export const instance: TypeDescription<Ec2Client> = {
  token: "aws:ec2/instance:Instance",
  inputs: {
    ami: { kind: "text", required: true, onChange: "replace" },
    instanceType: { kind: "text", required: true },
    availabilityZone: { kind: "text", onChange: "replace" },
    keyName: { kind: "text", onChange: "replace" },
    subnetId: { kind: "text", onChange: "replace" },
    vpcSecurityGroupIds: { kind: "list" },
    userDataBase64: { kind: "text", onChange: "ignored" },
    rootBlockDevice: { kind: "object" },
    metadataOptions: { kind: "object" },
    disableApiTermination: { kind: "boolean" },
    tags: { kind: "object" },
    region: { kind: "text", onChange: "replace" },
  },
  computed: [
    "arn",
    "instanceState",
    "primaryNetworkInterfaceId",
    "privateDns",
    "privateIp",
    "publicDns",
    "publicIp",
    "tagsAll",
  ],
  renewed: ["publicDns", "publicIp", "tagsAll"],

  async create(api, inputs) {
    const { client, signal } = api;
    const made = await client.call("RunInstances", wanted(inputs), signal);
    const id = textAt(made, "instancesSet.item.instanceId");
    await until(api, id, "running");
    return { id, outputs: await described(api, id) };
  },

  async read(api, id) {
    const found = await describe(api, id);
    const isGone = found === undefined || textAt(found, "instanceState.name") === "terminated";
    return isGone ? undefined : { id, outputs: outputs(api.client, found) };
  },

  async update(api, id, inputs, state) {
    const { client, signal } = api;
    const modify = (parameters: Parameters) =>
      client.call("ModifyInstanceAttribute", { InstanceId: id, ...parameters }, signal);
    if (inputs["instanceType"] !== state["instanceType"]) {
      await client.call("StopInstances", { "InstanceId.1": id }, signal);
      await until(api, id, "stopped");
      await modify({ "InstanceType.Value": parameter(inputs["instanceType"]) });
      await client.call("StartInstances", { "InstanceId.1": id }, signal);
      await until(api, id, "running");
    }
    if (inputs["disableApiTermination"] !== state["disableApiTermination"])
      await modify({ "DisableApiTermination.Value": parameter(inputs["disableApiTermination"]) ?? false });
    await modify(groups("GroupId", inputs["vpcSecurityGroupIds"]));
    await client.call(
      "ModifyInstanceMetadataOptions",
      { InstanceId: id, ...metadata("", inputs["metadataOptions"]) },
      signal,
    );
    await client.call("CreateTags", tagsOn(id, inputs["tags"]), signal);
    return described(api, id);
  },

  async remove(api, id) {
    const { client, signal } = api;
    const going = await client.find("TerminateInstances", { "InstanceId.1": id }, signal, missing);
    if (going !== undefined) await until(api, id, "terminated");
  },
};

function wanted(inputs: PropertyMap): Parameters {
  const root = isPropertyMap(inputs["rootBlockDevice"]) ? inputs["rootBlockDevice"] : {};
  const disk = "BlockDeviceMapping.1.";
  return {
    ImageId: parameter(inputs["ami"]),
    InstanceType: parameter(inputs["instanceType"]),
    MinCount: 1,
    MaxCount: 1,
    "Placement.AvailabilityZone": parameter(inputs["availabilityZone"]),
    KeyName: parameter(inputs["keyName"]),
    SubnetId: parameter(inputs["subnetId"]),
    UserData: parameter(inputs["userDataBase64"]),
    DisableApiTermination: parameter(inputs["disableApiTermination"]),
    ...groups("SecurityGroupId", inputs["vpcSecurityGroupIds"]),
    [`${disk}DeviceName`]: rootDevice,
    [`${disk}Ebs.VolumeSize`]: parameter(root["volumeSize"]),
    [`${disk}Ebs.VolumeType`]: parameter(root["volumeType"]),
    [`${disk}Ebs.Encrypted`]: parameter(root["encrypted"]),
    [`${disk}Ebs.DeleteOnTermination`]: parameter(root["deleteOnTermination"]),
    ...metadata("MetadataOptions.", inputs["metadataOptions"]),
    ...tagsFor("instance", inputs["tags"]),
  };
}

function groups(name: string, ids: Value | undefined): Parameters {
  return Object.fromEntries((isList(ids) ? ids : []).map((id, at) => [`${name}.${at + 1}`, parameter(id)]));
}

function metadata(prefix: string, options: Value | undefined): Parameters {
  if (!isPropertyMap(options)) return {};
  return {
    [`${prefix}HttpEndpoint`]: parameter(options["httpEndpoint"]),
    [`${prefix}HttpTokens`]: parameter(options["httpTokens"]),
    [`${prefix}HttpPutResponseHopLimit`]: parameter(options["httpPutResponseHopLimit"]),
  };
}

async function describe({ client, signal }: Api<Ec2Client>, id: string): Promise<Element | undefined> {
  const answer = await client.find("DescribeInstances", { "InstanceId.1": id }, signal, missing);
  return answer === undefined ? undefined : elementAt(answer, "reservationSet.item.instancesSet.item");
}

async function until(api: Api<Ec2Client>, id: string, state: string): Promise<void> {
  await awaitState(
    async () => {
      const found = await describe(api, id);
      const seen = found === undefined ? "not there yet" : textAt(found, "instanceState.name");
      if (state === "running" && (seen === "terminated" || seen === "shutting-down"))
        throw new Error(
          `aws provider: instance ${id}: expected it to start, and EC2 ended it: ${found === undefined ? "" : textAt(found, "stateReason.message")}.`,
        );
      return { done: seen === state || (state === "terminated" && found === undefined), seen };
    },
    `instance ${id}`,
    api.signal,
  );
}

async function described(api: Api<Ec2Client>, id: string): Promise<PropertyMap> {
  const found = await describe(api, id);
  if (found === undefined) throw new Error(`aws provider: instance ${id}: expected it, and it is gone.`);
  return outputs(api.client, found);
}

/** Of what the description does not say (user data, the root disk's encryption, protection) the state keeps what was given. */
function outputs(client: Ec2Client, found: Element): PropertyMap {
  return {
    ami: textAt(found, "imageId"),
    instanceType: textAt(found, "instanceType"),
    availabilityZone: textAt(found, "placement.availabilityZone"),
    keyName: textAt(found, "keyName"),
    subnetId: textAt(found, "subnetId"),
    vpcSecurityGroupIds: elementsAt(found, "groupSet.item").map((group) => textAt(group, "groupId")),
    instanceState: textAt(found, "instanceState.name"),
    privateIp: textAt(found, "privateIpAddress"),
    privateDns: textAt(found, "privateDnsName"),
    publicIp: textAt(found, "ipAddress"),
    publicDns: textAt(found, "dnsName"),
    region: client.region,
    ...tagsIn(found),
  };
}
