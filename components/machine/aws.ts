import * as pulumi from "@pulumi/pulumi";
import { Volume } from "@pulumi/aws/ebs/volume.js";
import { Eip } from "@pulumi/aws/ec2/eip.js";
import { EipAssociation } from "@pulumi/aws/ec2/eipAssociation.js";
import { Instance } from "@pulumi/aws/ec2/instance.js";
import { KeyPair } from "@pulumi/aws/ec2/keyPair.js";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { VolumeAttachment } from "@pulumi/aws/ec2/volumeAttachment.js";
import { Provider } from "@pulumi/aws/provider.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import { RandomBytes } from "@pulumi/random/randomBytes.js";
import { type AwsHostSettings, awsLogin } from "../config/host-block.ts";
import type { AwsImage } from "./aws-image.ts";
import { type SshKey, sshKeyOf } from "./host-key.ts";
import type { Machine } from "./machine.ts";
import { userData } from "./user-data.ts";

export interface AwsMachineArgs {
  /** The stack's name: it is in every tag. */
  readonly stack: string;
  readonly settings: AwsHostSettings;
  /** What a new machine starts from; one that runs keeps its own. */
  readonly image: AwsImage;
}

/** Where the hypervisor is told to attach the data volume; Debian calls it otherwise. */
const deviceName = "/dev/sdf";
const everybody = { v4: "0.0.0.0/0", v6: "::/0" } as const;

/**
 * A machine at AWS: an instance with Debian, an address that stays, a firewall, and an encrypted data volume of its own. Its host key is made before
 * it, so that the first login trusts nothing that was not known.
 *
 * Cost: instance, two gp3 volumes and one address, by the hour, for as long as they exist.
 *
 * Recovery: the next `generation` makes another machine behind the same address, with the same volume. It is empty but for the volume, and
 * has another host key: `./kaleem recover` sets the platform's state aside and brings the data back. A lost volume needs nothing else.
 */
export class AwsMachine extends pulumi.ComponentResource implements Machine {
  readonly address: pulumi.Output<string>;
  readonly port = 22;
  readonly user = awsLogin;
  readonly hostKey: pulumi.Output<string>;
  readonly hostKeyType = "ssh-ed25519";
  readonly dialAttempts = 40;
  readonly privateKeyFile?: string;
  readonly #name: string;
  readonly #args: AwsMachineArgs;
  readonly #own: pulumi.CustomResourceOptions;

  constructor(name: string, args: AwsMachineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kaleem:machine:AwsMachine", name, {}, opts);
    this.#name = name;
    this.#args = args;
    const { settings } = args;
    if (settings.privateKeyFile !== undefined) this.privateKeyFile = settings.privateKeyFile;
    const provider = new Provider(`${name}-aws`, { region: settings.region }, { parent: this });
    this.#own = { parent: this, provider };
    const key = this.#hostKey();
    const group = this.#firewall();
    const volume = this.#dataVolume();
    const instance = this.#instance(key, group, volume);
    const attachment = this.#attach(volume, instance);
    const { address, association } = this.#publicAddress(instance);
    // Nobody may be sent to an address that leads nowhere yet, or to a machine without its data.
    this.address = pulumi.all([address, association.id, attachment.id]).apply(([publicIp]) => publicIp);
    this.hostKey = pulumi.unsecret(key.apply(({ publicKey }) => publicKey));
    this.registerOutputs({ address: this.address, hostKey: this.hostKey });
  }

  get #tags(): Record<string, string> {
    const { stack } = this.#args;
    return { Name: `kaleem-${stack}`, "kaleem:stack": stack };
  }

  #hostKey(): pulumi.Output<SshKey> {
    const { generation } = this.#args.settings;
    const seed = new RandomBytes(
      `${this.#name}-host-key-${generation}`,
      { length: 32 },
      { parent: this, additionalSecretOutputs: ["base64", "hex"] },
    );
    return pulumi.secret(
      seed.base64.apply((text) => sshKeyOf(Buffer.from(text, "base64"), `${this.#name}-${generation}`)),
    );
  }

  #firewall(): SecurityGroup {
    const { settings } = this.#args;
    const group = new SecurityGroup(
      `${this.#name}-firewall`,
      {
        name: `kaleem-${this.#args.stack}`,
        description: "SSH from those who administer, HTTP and HTTPS from everybody",
        ...(settings.network === undefined ? {} : { vpcId: settings.network.vpc }),
        tags: this.#tags,
      },
      this.#own,
    );
    const open = (name: string, range: string, port?: number): void => {
      const from = range.includes(":") ? { cidrIpv6: range } : { cidrIpv4: range };
      const rule = { securityGroupId: group.id, tags: this.#tags, ...from };
      if (port === undefined)
        new SecurityGroupEgressRule(`${this.#name}-${name}`, { ...rule, ipProtocol: "-1" }, this.#own);
      else
        new SecurityGroupIngressRule(
          `${this.#name}-${name}`,
          { ...rule, ipProtocol: "tcp", fromPort: port, toPort: port },
          this.#own,
        );
    };
    for (const range of settings.sshFrom) open(`ssh-from-${range.replaceAll(":", "-")}`, range, 22);
    for (const [family, range] of Object.entries(everybody)) {
      open(`http-${family}`, range, 80);
      open(`https-${family}`, range, 443);
      open(`out-${family}`, range);
    }
    return group;
  }

  #dataVolume(): Volume {
    const { zone, dataDiskGiB, protect } = this.#args.settings;
    return new Volume(
      `${this.#name}-data`,
      { availabilityZone: zone, size: dataDiskGiB, type: "gp3", encrypted: true, tags: this.#tags },
      { ...this.#own, protect },
    );
  }

  #instance(key: pulumi.Output<SshKey>, group: SecurityGroup, volume: Volume): Instance {
    const { settings, image } = this.#args;
    const login = new KeyPair(
      `${this.#name}-login`,
      { keyName: `kaleem-${this.#args.stack}`, publicKey: settings.loginKey, tags: this.#tags },
      // Two cannot have one name; a running machine needs the key no more.
      { ...this.#own, deleteBeforeReplace: true },
    );
    return new Instance(
      `${this.#name}-instance-${settings.generation}`,
      {
        ami: image.ami,
        instanceType: settings.instanceType,
        availabilityZone: settings.zone,
        keyName: login.keyName,
        vpcSecurityGroupIds: [group.id],
        ...(settings.network === undefined ? {} : { subnetId: settings.network.subnet }),
        userDataBase64: pulumi.secret(
          pulumi
            .all([key, volume.id])
            .apply(([known, id]) => Buffer.from(userData(known, id)).toString("base64")),
        ),
        rootBlockDevice: {
          volumeSize: settings.systemDiskGiB,
          volumeType: "gp3",
          encrypted: true,
          deleteOnTermination: true,
        },
        // One hop: what runs in a container gets no answer, and with it neither the user data nor a role.
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        disableApiTermination: !settings.replaceable,
        tags: this.#tags,
      },
      {
        ...this.#own,
        // Taken at the first start alone: a newer image in the lock must not replace a machine that serves.
        ignoreChanges: ["ami", "keyName", "userDataBase64"],
      },
    );
  }

  #attach(volume: Volume, instance: Instance): VolumeAttachment {
    return new VolumeAttachment(
      `${this.#name}-data-attachment`,
      { deviceName, volumeId: volume.id, instanceId: instance.id, stopInstanceBeforeDetaching: true },
      // A volume is in one machine at a time.
      { ...this.#own, deleteBeforeReplace: true },
    );
  }

  #publicAddress(instance: Instance) {
    const { protect } = this.#args.settings;
    const address = new Eip(
      `${this.#name}-address`,
      { domain: "vpc", tags: this.#tags },
      { ...this.#own, protect },
    );
    const association = new EipAssociation(
      `${this.#name}-address-association`,
      { allocationId: address.allocationId, instanceId: instance.id },
      { ...this.#own, deleteBeforeReplace: true },
    );
    return { address: address.publicIp, association };
  }
}
