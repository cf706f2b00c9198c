import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Ec2Refusal } from "./ec2-refusal.ts";
import { type Answer, escaped, xmlOf } from "./ec2-xml.ts";

/** Something that EC2 keeps, as it describes it: element → text, or elements below it. */
export type Thing = Record<string, Answer>;
type Call = URLSearchParams;

/** Kinds of things by the prefix of their ids. */
const kinds = ["sg", "sgr", "vol", "i", "eipalloc", "eipassoc", "key"] as const;
type Kind = (typeof kinds)[number];

/**
 * The part of EC2's query API that the stand-in calls, on loopback, with its refusals: made after the API's documentation. What it starts
 * is no machine: instances are only told of.
 */
export class Ec2Emulator {
  /** Everything that there is, by id. */
  readonly things = new Map<string, Thing>();
  /** Every action that was asked for, in order. */
  readonly seen: string[] = [];
  /** Images that instances can be started from. */
  readonly images = new Set<string>();
  readonly #server: Server;
  readonly #refusals: Ec2Refusal[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body }) => {
        response.writeHead(status, { "content-type": "text/xml;charset=UTF-8" });
        response.end(body);
      });
    });
  }

  /** Starts it on a free port. */
  static async start(): Promise<Ec2Emulator> {
    const emulator = new Ec2Emulator();
    await new Promise<void>((resolve) => emulator.#server.listen(0, "127.0.0.1", resolve));
    return emulator;
  }

  /** What `AWS_ENDPOINT_URL_EC2` is set to. */
  get baseUrl(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** The next call is refused so. */
  refuse(refusal: Ec2Refusal): void {
    this.#refusals.push(refusal);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const call = new URLSearchParams(text);
    const action = call.get("Action") ?? "";
    this.seen.push(action);
    try {
      const refusal = this.#refusals.shift();
      if (refusal !== undefined) throw refusal;
      if (
        !/Credential=AKIA\w+\/\d{8}\/[a-z0-9-]+\/ec2\/aws4_request/.test(request.headers.authorization ?? "")
      )
        throw new Ec2Refusal(
          401,
          "AuthFailure",
          "AWS was not able to validate the provided access credentials",
        );
      const body = xmlOf({ requestId: "emulated", ...this.#act(action, call) });
      return { status: 200, body: `<${action}Response>${body}</${action}Response>` };
    } catch (error) {
      if (!(error instanceof Ec2Refusal)) throw error;
      const { status, code, message } = error;
      const body = `<Response><Errors><Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error></Errors></Response>`;
      return { status, body };
    }
  }

  #act(action: string, call: Call): Thing {
    switch (action) {
      case "CreateTags":
        this.#need(call.get("ResourceId.1") ?? "")["tagSet"] = tags(call, "Tag");
        return {};
      case "ImportKeyPair":
        return this.#make("key", call, { keyName: call.get("KeyName") ?? "", keyFingerprint: "fi:ng:er" });
      case "DescribeKeyPairs":
        return { keySet: this.#all("key", (one) => one["keyName"] === call.get("KeyName.1")) };
      case "DeleteKeyPair":
        return this.#drop((one) => one["keyName"] === call.get("KeyName"));
      case "CreateSecurityGroup":
        return this.#make("sg", call, {
          groupName: call.get("GroupName") ?? "",
          groupDescription: call.get("GroupDescription") ?? "",
          vpcId: call.get("VpcId") ?? "vpc-00000001",
        });
      case "DescribeSecurityGroups":
        return { securityGroupInfo: [this.#need(call.get("GroupId.1") ?? "")] };
      case "DeleteSecurityGroup":
        return this.#removeGroup(call.get("GroupId") ?? "");
      case "AuthorizeSecurityGroupIngress":
      case "AuthorizeSecurityGroupEgress":
        return { securityGroupRuleSet: [this.#make("sgr", call, ruleOf(call, "IpPermissions.1."))] };
      case "DescribeSecurityGroupRules":
        return { securityGroupRuleSet: [this.#need(call.get("SecurityGroupRuleId.1") ?? "")] };
      case "ModifySecurityGroupRules":
        Object.assign(
          this.#need(call.get("SecurityGroupRule.1.SecurityGroupRuleId") ?? ""),
          ruleOf(call, "SecurityGroupRule.1.SecurityGroupRule."),
        );
        return {};
      case "RevokeSecurityGroupIngress":
      case "RevokeSecurityGroupEgress": {
        const id = call.get("SecurityGroupRuleId.1");
        return id === null ? {} : this.#drop((one) => one["securityGroupRuleId"] === id);
      }
      default:
        return this.#actOnMachine(action, call);
    }
  }

  #actOnMachine(action: string, call: Call): Thing {
    const instance = call.get("InstanceId") ?? call.get("InstanceId.1") ?? "";
    switch (action) {
      case "CreateVolume":
        return this.#make("vol", call, {
          availabilityZone: call.get("AvailabilityZone") ?? "",
          encrypted: call.get("Encrypted") ?? "false",
          size: call.get("Size") ?? "",
          volumeType: call.get("VolumeType") ?? "gp2",
          iops: "3000",
          throughput: "125",
          status: "available",
          attachmentSet: [],
        });
      case "DescribeVolumes":
        return { volumeSet: [this.#need(call.get("VolumeId.1") ?? "")] };
      case "ModifyVolume":
        this.#need(call.get("VolumeId") ?? "")["size"] = call.get("Size") ?? "";
        return {};
      case "DeleteVolume":
        return this.#drop((one) => one["volumeId"] === call.get("VolumeId"));
      case "AttachVolume":
        return this.#attach(this.#need(call.get("VolumeId") ?? ""), this.#need(instance));
      case "DetachVolume":
        this.#need(call.get("VolumeId") ?? "")["attachmentSet"] = [];
        return {};
      case "RunInstances":
        return { instancesSet: [this.#run(call)] };
      case "DescribeInstances":
        return { reservationSet: [{ instancesSet: [this.#need(instance)] }] };
      case "StopInstances":
        return this.#become(instance, "stopped");
      case "StartInstances":
        return this.#become(instance, "running");
      case "TerminateInstances":
        return this.#terminate(instance);
      case "ModifyInstanceAttribute":
        return this.#modify(this.#need(instance), call);
      case "ModifyInstanceMetadataOptions":
        return {};
      case "AllocateAddress":
        return this.#make("eipalloc", call, { domain: "vpc", publicIp: "198.51.100.7" });
      case "DescribeAddresses":
        return { addressesSet: this.#addresses(call) };
      case "ReleaseAddress":
        return this.#drop((one) => one["allocationId"] === call.get("AllocationId"));
      case "AssociateAddress": {
        const made = this.#make("eipassoc", call, { instanceId: instance });
        Object.assign(this.#need(call.get("AllocationId") ?? ""), made);
        return made;
      }
      case "DisassociateAddress": {
        const id = call.get("AssociationId");
        for (const one of this.things.values()) if (one["associationId"] === id) delete one["associationId"];
        return {};
      }
      default:
        throw new Ec2Refusal(400, "InvalidAction", `The action ${action} is not valid for this web service.`);
    }
  }

  #make(kind: Kind, call: Call, thing: Thing): Thing {
    const id = `${kind}-${randomBytes(9).toString("hex").slice(1)}`;
    const made = { [idOf[kind]]: id, ...thing, tagSet: tags(call, "TagSpecification.1.Tag") };
    this.things.set(id, made);
    return made;
  }

  #need(id: string): Thing {
    const found = this.things.get(id);
    if (found !== undefined) return found;
    const kind = kinds.find((one) => id.startsWith(`${one}-`)) ?? "i";
    throw new Ec2Refusal(400, `${missing[kind]}.NotFound`, `The ID '${id}' does not exist`);
  }

  #all(kind: Kind, matches: (thing: Thing) => boolean): Thing[] {
    return [...this.things].flatMap(([id, thing]) =>
      id.startsWith(`${kind}-`) && matches(thing) ? [thing] : [],
    );
  }

  #drop(matches: (thing: Thing) => boolean): Thing {
    for (const [id, thing] of this.things) if (matches(thing)) this.things.delete(id);
    return {};
  }

  #addresses(call: Call): Thing[] {
    const id = call.get("AllocationId.1");
    if (id !== null) return [this.#need(id)];
    return this.#all("eipalloc", (one) => one["associationId"] === call.get("Filter.1.Value.1"));
  }

  #removeGroup(id: string): Thing {
    const isUsed = this.#all("i", (one) => JSON.stringify(one["groupSet"]).includes(id)).length > 0;
    if (isUsed) throw new Ec2Refusal(400, "DependencyViolation", `resource ${id} has a dependent object`);
    return this.#drop((one) => one["groupId"] === id);
  }

  #run(call: Call): Thing {
    const image = call.get("ImageId") ?? "";
    if (!this.images.has(image))
      throw new Ec2Refusal(400, "InvalidAMIID.NotFound", `The image id '[${image}]' does not exist`);
    return this.#make("i", call, {
      imageId: image,
      instanceType: call.get("InstanceType") ?? "",
      keyName: call.get("KeyName") ?? "",
      placement: { availabilityZone: call.get("Placement.AvailabilityZone") ?? "" },
      groupSet: [...call]
        .filter(([key]) => key.startsWith("SecurityGroupId."))
        .map(([, groupId]) => ({ groupId })),
      instanceState: { name: "running" },
      subnetId: "subnet-00000001",
      disableApiTermination: call.get("DisableApiTermination") ?? "false",
      userData: call.get("UserData") ?? "",
    });
  }

  #attach(volume: Thing, instance: Thing): Thing {
    if (volume["availabilityZone"] !== (instance["placement"] as Thing)["availabilityZone"])
      throw new Ec2Refusal(
        400,
        "InvalidVolume.ZoneMismatch",
        "The volume is not in the same availability zone as instance",
      );
    volume["attachmentSet"] = [{ instanceId: instance["instanceId"] ?? "", status: "attached" }];
    return {};
  }

  #become(id: string, name: string): Thing {
    this.#need(id)["instanceState"] = { name };
    return {};
  }

  #modify(instance: Thing, call: Call): Thing {
    const [type, kept] = [call.get("InstanceType.Value"), call.get("DisableApiTermination.Value")];
    if (type !== null) instance["instanceType"] = type;
    if (kept !== null) instance["disableApiTermination"] = kept;
    return {};
  }

  #terminate(id: string): Thing {
    if (this.#need(id)["disableApiTermination"] === "true")
      throw new Ec2Refusal(
        400,
        "OperationNotPermitted",
        `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
      );
    return this.#become(id, "terminated");
  }
}

const idOf = {
  sg: "groupId",
  sgr: "securityGroupRuleId",
  vol: "volumeId",
  i: "instanceId",
  eipalloc: "allocationId",
  eipassoc: "associationId",
  key: "keyPairId",
} as const;
const missing = {
  sg: "InvalidGroup",
  sgr: "InvalidSecurityGroupRuleId",
  vol: "InvalidVolume",
  i: "InvalidInstanceID",
  eipalloc: "InvalidAllocationID",
  eipassoc: "InvalidAssociationID",
  key: "InvalidKeyPair",
} as const;

function tags(call: Call, prefix: string): Thing[] {
  return [...call]
    .filter(([key]) => key.startsWith(`${prefix}.`) && key.endsWith(".Key"))
    .map(([name, key]) => ({ key, value: call.get(name.replace(/Key$/, "Value")) ?? "" }));
}

function ruleOf(call: Call, prefix: string): Thing {
  const said = (name: string, ...keys: string[]): Thing => {
    const value = keys.map((key) => call.get(`${prefix}${key}`)).find((one) => one !== null);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    groupId: call.get("GroupId") ?? "",
    ...said("ipProtocol", "IpProtocol"),
    ...said("fromPort", "FromPort"),
    ...said("toPort", "ToPort"),
    ...said("cidrIpv4", "IpRanges.1.CidrIp", "CidrIpv4"),
    ...said("cidrIpv6", "Ipv6Ranges.1.CidrIpv6", "CidrIpv6"),
  };
}
