import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { awsHost, type AwsHostSettings } from "../../../components/config/host-block.ts";
import { ConfigError } from "../../../components/config/config-error.ts";
import { hostProblems } from "../../../components/config/host-problems.ts";
import { awsImage, parseAwsImages, renderAwsImages } from "../../../components/machine/aws-image.ts";
import type { AwsMachine } from "../../../components/machine/aws.ts";
import { secretSignature } from "../../../toolchain/providers/protocol/value.ts";
import { valueOf } from "../support/value-of.ts";

const loginKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKT0fi8G0pnem2cYaJNyX3xxuvTLjvR6bEwWAe7mwHrz ops";
const settings: AwsHostSettings = awsHost.parse({
  kind: "aws",
  region: "eu-central-1",
  zone: "eu-central-1a",
  instanceType: "m7i.xlarge",
  dataDiskGiB: 100,
  sshFrom: ["203.0.113.7/32", "2001:db8::/48"],
  loginKey,
});
const image = { ami: "ami-0123456789abcdef0", name: "debian-13-amd64-20260101-2000" };

interface Seen {
  readonly type: string;
  readonly inputs: Record<string, unknown>;
}

describe("a machine at AWS", () => {
  const seen = new Map<string, Seen>();
  let machine: AwsMachine;
  before(async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ name, type, inputs }) => {
          seen.set(name, { type, inputs: inputs as Record<string, unknown> });
          const state = {
            ...(inputs as object),
            ...(type.endsWith(":RandomBytes") ? { base64: Buffer.alloc(32, 7).toString("base64") } : {}),
            ...(type.endsWith(":Eip") ? { publicIp: "198.51.100.7", allocationId: "eipalloc-1" } : {}),
          };
          return { id: `${name}-id`, state };
        },
        call: () => ({}),
      },
      "kaleem",
      "prod",
      false,
    );
    const { AwsMachine: Machine } = await import("../../../components/machine/aws.ts");
    machine = new Machine("machine", { stack: "prod", settings, image });
    await valueOf(machine.address);
  });
  const inputs = (name: string): Record<string, unknown> => {
    const found = seen.get(name);
    assert.ok(found !== undefined, `${name} is not declared; there are ${[...seen.keys()].join(", ")}`);
    return found.inputs;
  };

  it("is reached at the address that stays, as admin, and known by the key that was made before it", async () => {
    assert.equal(await valueOf(machine.address), "198.51.100.7");
    assert.match(await valueOf(machine.hostKey), /^ssh-ed25519 AAAA\S+$/);
    assert.deepEqual([machine.user, machine.port, machine.hostKeyType], ["admin", 22, "ssh-ed25519"]);
  });

  it("has its host key public, and its user data secret", async () => {
    assert.equal(await pulumi.isSecret(machine.hostKey), false);
    const data = inputs("machine-instance-1")["userDataBase64"] as { readonly value: string };
    assert.deepEqual(Object.values(data).slice(0, 1), [secretSignature]);
    assert.match(Buffer.from(data.value, "base64").toString(), /^#cloud-config\n[\s\S]*PRIVATE KEY/);
  });

  it("lets SSH in from the listed ranges alone, HTTP and HTTPS from everybody", () => {
    const rules = [...seen.values()].filter(({ type }) => type.includes("IngressRule"));
    const told = rules
      .map(({ inputs: { fromPort, toPort, cidrIpv4, cidrIpv6 } }) =>
        [fromPort, toPort, cidrIpv4 ?? cidrIpv6].join(" "),
      )
      .sort();
    assert.deepEqual(told, [
      "22 22 2001:db8::/48",
      "22 22 203.0.113.7/32",
      "443 443 0.0.0.0/0",
      "443 443 ::/0",
      "80 80 0.0.0.0/0",
      "80 80 ::/0",
    ]);
  });

  it("has a pinned image, IMDSv2 with one hop, protection against termination, encrypted disks", () => {
    const { ami, metadataOptions, disableApiTermination, rootBlockDevice } = inputs("machine-instance-1");
    assert.equal(ami, image.ami);
    assert.deepEqual(metadataOptions, {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
    });
    assert.equal(disableApiTermination, true);
    assert.deepEqual(rootBlockDevice, {
      volumeSize: 30,
      volumeType: "gp3",
      encrypted: true,
      deleteOnTermination: true,
    });
    const { encrypted, size, type, availabilityZone } = inputs("machine-data");
    assert.deepEqual([encrypted, size, type, availabilityZone], [true, 100, "gp3", "eu-central-1a"]);
  });
});

describe("the settings of a machine at AWS", () => {
  const volume = { kind: "device", device: "/dev/disk/by-id/kaleem-data" } as const;

  it("are right together", () => {
    assert.deepEqual(hostProblems(settings, volume), []);
  });

  const wrong: readonly [title: string, change: Partial<AwsHostSettings>, says: RegExp][] = [
    [
      "a zone of another region",
      { zone: "eu-west-1a" },
      /^host\.zone: expected a zone of eu-central-1, got eu-west-1a/,
    ],
    [
      "a range twice",
      { sshFrom: ["203.0.113.7/32", "203.0.113.7/32"] },
      /^host\.sshFrom: expected each range once/,
    ],
  ];
  for (const [title, change, says] of wrong)
    it(`${title} is refused`, () => {
      assert.match(hostProblems({ ...settings, ...change }, volume).join("\n"), says);
    });

  it("data anywhere but on the volume are refused", () => {
    const says =
      /^dataVolume: expected \{kind: device, device: \/dev\/disk\/by-id\/kaleem-data\}.*got a file on the system disk/;
    assert.match(hostProblems(settings, { kind: "loop", sizeGiB: 8 }).join("\n"), says);
    assert.match(hostProblems(settings, { kind: "device", device: "/dev/sdf" }).join("\n"), /got \/dev\/sdf/);
  });

  for (const [key, value, says] of [
    ["sshFrom", ["0.0.0.0/0"], /expected a range of addresses/],
    ["sshFrom", ["203.0.113.7"], /expected a range of addresses/],
    ["sshFrom", ["203.0.113.7/33"], /expected a range of addresses/],
    ["sshFrom", [], /expected one range or more/],
    ["zone", "eu-central-1", /expected an availability zone/],
    ["region", "eu-central-1a", /expected a region of AWS/],
    ["loginKey", "-----BEGIN OPENSSH PRIVATE KEY-----", /expected a public key/],
    ["instanceType", "large", /expected a type of instance/],
    ["generation", 0, /expected a whole number from 1 to 999/],
    ["user", "root", /Unrecognized key/],
  ] as const)
    it(`${key} of ${JSON.stringify(value)} is refused`, () => {
      const { error } = awsHost.safeParse({ ...settings, [key]: value });
      assert.match(error?.issues.map(({ message }) => message).join("\n") ?? "", says);
    });
});

describe("the lock of Debian's images at AWS", () => {
  const lock = parseAwsImages(
    JSON.stringify({ owner: "136693071363", regions: { "eu-central-1": { amd64: image } } }),
  );

  it("gives the image of a region and an architecture, and is written as it is read", () => {
    assert.equal(awsImage(lock, settings).ami, image.ami);
    assert.deepEqual(parseAwsImages(renderAwsImages(lock)), lock);
    const none = { owner: "136693071363" as const, regions: {} };
    assert.deepEqual(parseAwsImages(renderAwsImages(none)), none);
  });

  it("says how an image that it lacks is looked up", () => {
    assert.throws(
      () => awsImage(lock, { region: "eu-west-1", architecture: "amd64" }),
      (error: Error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(
          error.message,
          /regions\.eu-west-1\.amd64: expected the id of a Debian image, got none; look it up with: \.\/kaleem images aws eu-west-1/,
        );
        return true;
      },
    );
  });

  it("refuses another owner, and what is no id", () => {
    const text = (change: object) =>
      JSON.stringify({
        owner: "136693071363",
        regions: { "eu-central-1": { amd64: { ...image, ...change } } },
      });
    assert.throws(() => parseAwsImages(text({ ami: "debian" })), /expected an image's id/);
    assert.throws(() => parseAwsImages('{"owner":"1","regions":{}}'), /Debian's own account/);
    assert.throws(() => parseAwsImages("{"), /expected JSON/);
  });
});
