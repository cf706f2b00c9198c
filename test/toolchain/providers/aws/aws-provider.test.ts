import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { Ec2Emulator } from "../../../../local/cloud/aws/ec2-emulator.ts";
import { Ec2Refusal } from "../../../../local/cloud/aws/ec2-refusal.ts";
import { awsProvider } from "../../../../toolchain/providers/aws/aws-provider.ts";
import { readXml, textAt } from "../../../../toolchain/providers/aws/xml.ts";
import type { ResourceType } from "../../../../toolchain/providers/protocol/resource-type.ts";
import { Secret, type PropertyMap } from "../../../../toolchain/providers/protocol/value.ts";
import { idleContext } from "../recorded-calls.ts";

const context = idleContext("one");
const secretKey = "never-to-be-shown-0123456789";
let emulator: Ec2Emulator;
let types: ReadonlyMap<string, ResourceType>;

before(async () => {
  emulator = await Ec2Emulator.start();
  emulator.images.add("ami-0123456789abcdef0");
  const provider = awsProvider({
    AWS_ENDPOINT_URL_EC2: emulator.baseUrl,
    AWS_ACCESS_KEY_ID: "AKIAEMULATED",
    AWS_SECRET_ACCESS_KEY: secretKey,
  });
  await provider.configure({ region: "eu-central-1" }, context);
  types = new Map(provider.types.map((type) => [type.token.split(":").at(-1) ?? "", type]));
});
after(() => emulator.stop());
beforeEach(() => {
  emulator.things.clear();
  emulator.seen.length = 0;
});

function typeOf(name: string): ResourceType {
  const type = types.get(name);
  assert.ok(type !== undefined, name);
  return type;
}

async function create(name: string, inputs: PropertyMap) {
  const { failures = [] } = await typeOf(name).check(
    { news: inputs, olds: {}, randomSeed: new Uint8Array(32) },
    context,
  );
  assert.deepEqual(failures, []);
  return typeOf(name).create({ inputs, preview: false }, context);
}

const tags = { Name: "kaleem-prod" };
const machine = async (more: PropertyMap = {}) => {
  const group = await create("SecurityGroup", { name: "kaleem-prod", description: "d", tags });
  const inputs: PropertyMap = {
    ami: "ami-0123456789abcdef0",
    instanceType: "m7i.xlarge",
    availabilityZone: "eu-central-1a",
    vpcSecurityGroupIds: [group.id],
    userDataBase64: new Secret("c2VjcmV0"),
    rootBlockDevice: { volumeSize: 30, volumeType: "gp3", encrypted: true, deleteOnTermination: true },
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    disableApiTermination: true,
    tags,
    ...more,
  };
  return { inputs, group, made: await create("Instance", inputs) };
};

/** What a second run, and a refresh, would make of it. */
async function unchanged(name: string, made: { id: string; properties: PropertyMap }, inputs: PropertyMap) {
  const type = typeOf(name);
  const same = { id: made.id, state: made.properties, news: inputs, oldInputs: inputs, ignoreChanges: [] };
  assert.deepEqual(await type.diff(same, context), { changes: "none" });
  const found = await type.read?.({ id: made.id, state: made.properties, inputs }, context);
  assert.ok(found !== undefined);
  assert.deepEqual(await type.diff({ ...same, state: found.properties }, context), { changes: "none" });
}

describe("the stand-in for the aws provider", () => {
  it("makes what a machine needs, finds it unchanged, and removes it", async () => {
    const given: readonly [name: string, inputs: PropertyMap][] = [
      ["KeyPair", { keyName: "kaleem-prod", publicKey: "ssh-ed25519 AAAA", tags }],
      ["SecurityGroup", { name: "kaleem-prod", description: "d", tags }],
      ["Volume", { availabilityZone: "eu-central-1a", size: 100, type: "gp3", encrypted: true, tags }],
      ["Eip", { domain: "vpc", tags }],
    ];
    for (const [name, inputs] of given) {
      const made = await create(name, inputs);
      await unchanged(name, made, inputs);
      await typeOf(name).delete?.({ id: made.id, state: made.properties, oldInputs: inputs }, context);
      const read = { id: made.id, state: made.properties, inputs };
      assert.equal(await typeOf(name).read?.(read, context), undefined, `${name} is still there`);
    }
    assert.equal(emulator.things.size, 0);
  });

  it("makes rules of a firewall that lets nothing through before, and changes them in place", async () => {
    const group = await create("SecurityGroup", { name: "kaleem-prod", description: "d", tags });
    assert.deepEqual(emulator.seen.slice(0, 2), ["CreateSecurityGroup", "RevokeSecurityGroupEgress"]);
    const inputs = {
      securityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: 22,
      toPort: 22,
      cidrIpv4: "203.0.113.7/32",
      tags,
    };
    const rule = await create("SecurityGroupIngressRule", inputs);
    await unchanged("SecurityGroupIngressRule", rule, inputs);
    const news = { ...inputs, cidrIpv4: "203.0.113.8/32" };
    const change = { id: rule.id, state: rule.properties, news, oldInputs: inputs, ignoreChanges: [] };
    const { replaces = [], diffs } = await typeOf("SecurityGroupIngressRule").diff(change, context);
    assert.deepEqual([diffs, replaces], [["cidrIpv4", "tagsAll"], []]);
    await typeOf("SecurityGroupIngressRule").update?.({ ...change, preview: false }, context);
    assert.equal(emulator.things.get(rule.id)?.["cidrIpv4"], "203.0.113.8/32");
  });

  it("starts a machine, sees nothing of its user data change, and moves address and volume to the next one", async () => {
    const { inputs, made } = await machine();
    await unchanged("Instance", made, inputs);
    const ignored = { ...inputs, userDataBase64: new Secret("b3RoZXI=") };
    const same = { id: made.id, state: made.properties, news: ignored, oldInputs: inputs, ignoreChanges: [] };
    assert.deepEqual(await typeOf("Instance").diff(same, context), { changes: "none" });
    const volume = await create("Volume", { availabilityZone: "eu-central-1a", size: 1, encrypted: true });
    const attachment = { deviceName: "/dev/sdf", volumeId: volume.id, instanceId: made.id };
    const attached = await create("VolumeAttachment", { ...attachment, stopInstanceBeforeDetaching: true });
    const moved = { ...attachment, instanceId: "i-00000000000000001" };
    const change = {
      id: attached.id,
      state: attached.properties,
      news: moved,
      oldInputs: {},
      ignoreChanges: [],
    };
    assert.deepEqual((await typeOf("VolumeAttachment").diff(change, context)).replaces, ["instanceId"]);
    await typeOf("VolumeAttachment").delete?.(
      { id: attached.id, state: attached.properties, oldInputs: {} },
      context,
    );
    // A file system in use must not be torn out.
    assert.deepEqual(emulator.seen.filter((action) => !action.startsWith("Describe")).slice(-2), [
      "StopInstances",
      "DetachVolume",
    ]);
    assert.deepEqual(emulator.things.get(volume.id)?.["attachmentSet"], []);
  });

  it("changes the type of a machine by a stop, and another image asks for another machine", async () => {
    const { inputs, made } = await machine();
    const news = { ...inputs, instanceType: "m7i.2xlarge" };
    const change = { id: made.id, state: made.properties, news, oldInputs: inputs, ignoreChanges: [] };
    assert.deepEqual((await typeOf("Instance").diff(change, context)).replaces, undefined);
    await typeOf("Instance").update?.({ ...change, preview: false }, context);
    assert.equal(emulator.things.get(made.id)?.["instanceType"], "m7i.2xlarge");
    const other = { ...change, news: { ...inputs, ami: "ami-0fffffffffffffff0" } };
    assert.deepEqual((await typeOf("Instance").diff(other, context)).replaces, ["ami"]);
  });

  it("cannot terminate a machine that is protected, and can once it is not", async () => {
    const { inputs, made } = await machine();
    const gone = { id: made.id, state: made.properties, oldInputs: inputs };
    await assert.rejects(async () => typeOf("Instance").delete?.(gone, context), /OperationNotPermitted/);
    const news = { ...inputs, disableApiTermination: false };
    const change = { id: made.id, state: made.properties, news, oldInputs: inputs, ignoreChanges: [] };
    await typeOf("Instance").update?.({ ...change, preview: false }, context);
    await typeOf("Instance").delete?.(gone, context);
    assert.equal(
      await typeOf("Instance").read?.({ id: made.id, state: made.properties, inputs }, context),
      undefined,
    );
  });

  it("tells refusals by EC2's code and words, and never a key", async () => {
    emulator.refuse(
      new Ec2Refusal(
        400,
        "VcpuLimitExceeded",
        "You have requested more vCPU capacity than your current limit",
      ),
    );
    await assert.rejects(create("Eip", { domain: "vpc" }), (error: Error) => {
      assert.equal(
        error.message,
        "operation error EC2: AllocateAddress, https response error StatusCode: 400, api error VcpuLimitExceeded: You have requested more vCPU capacity than your current limit",
      );
      assert.ok(!error.message.includes(secretKey));
      return true;
    });
    await assert.rejects(machine({ ami: "ami-0fffffffffffffff0" }), /api error InvalidAMIID\.NotFound/);
  });

  it("waits where EC2 is busy, and asks again", async () => {
    emulator.refuse(new Ec2Refusal(503, "RequestLimitExceeded", "Request limit exceeded."));
    await create("Eip", { domain: "vpc" });
    assert.deepEqual(emulator.seen, ["AllocateAddress", "AllocateAddress"]);
  });

  it("refuses a property that it does not know, and settings of the provider", async () => {
    const news = { domain: "vpc", instance: "i-1" };
    const { failures = [] } = await typeOf("Eip").check(
      { news, olds: {}, randomSeed: new Uint8Array(32) },
      context,
    );
    assert.match(
      failures[0]?.reason ?? "",
      /^instance: the stand-in aws provider does not know this property of aws:ec2\/eip:Eip/,
    );
    const config = awsProvider({}).checkConfig?.({ region: "eu-central-1", profile: "ops" }, context);
    assert.match(
      config?.failures?.[0]?.reason ?? "",
      /^profile: the stand-in aws provider does not know this setting/,
    );
  });
});

describe("EC2's XML", () => {
  it("is read with its lists, empty elements and entities", () => {
    const read = readXml(
      '<?xml version="1.0"?><A xmlns="x"><b/><c><item>1 &amp; &#50;</item><item>3</item></c></A>',
    );
    assert.equal(textAt(read, "A.c.item"), "1 & 2");
    assert.equal(textAt(read, "A.b"), "");
    assert.equal(textAt(read, "A.d.e"), "");
  });
  it("is refused when it is cut off, or something else", () => {
    for (const text of ["<A><b></A>", "<A>", "</A>"])
      assert.throws(() => readXml(text), /expected XML from EC2/);
  });
});
