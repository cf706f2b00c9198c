import { compliantMachine } from "../support/compliant-machine.ts";
import type { RefusedCase, RefusedCases } from "../support/refused-case.ts";

const of = compliantMachine;

/** One property of the instance that is not as it has to be. */
const option = (key: string, value: unknown, wanted: string, got: string): RefusedCase => ({
  of,
  rule: "metadata-guarded",
  spoil: (stack) => stack.inputs("machine-instance-1").set(`metadataOptions.${key}`, value),
  says: [
    `machine-instance-1: metadataOptions.${key}: expected ${wanted}, got ${got}; a request that is forged or comes from a container would be answered`,
  ],
});

/** How the rules about a declared machine are broken. */
export const machineCases: RefusedCases = {
  "SSH from everybody": {
    of,
    rule: "firewall-narrow",
    spoil: (stack) => stack.inputs("machine-ssh").set("cidrIpv4", "0.0.0.0/0"),
    says: [
      'machine-ssh: range: expected SSH from at most a /16, got "0.0.0.0/0"; name those who administer the machine',
    ],
  },
  "SSH from every address of the newer kind": {
    of,
    rule: "firewall-narrow",
    spoil: (stack) => stack.inputs("machine-ssh-v6").set("cidrIpv6", "::/0"),
    says: [
      'machine-ssh-v6: range: expected SSH from at most a /32, got "::/0"; name those who administer the machine',
    ],
  },
  "SSH from another group": {
    of,
    rule: "firewall-narrow",
    spoil: (stack) => stack.inputs("machine-ssh").remove("cidrIpv4"),
    says: [
      "machine-ssh: range: expected SSH from at most a /16, got nothing; name those who administer the machine",
    ],
  },
  "another port that is open": {
    of,
    rule: "firewall-narrow",
    spoil: (stack) => {
      stack.inputs("machine-http").set("fromPort", 27017);
      stack.inputs("machine-http").set("toPort", 27017);
    },
    says: [
      'machine-http: ports: expected tcp 22, 80 or 443 alone, got "tcp" 27017 to 27017; reach all else over SSH',
    ],
  },
  "a range of ports": {
    of,
    rule: "firewall-narrow",
    spoil: (stack) => stack.inputs("machine-http").set("toPort", 443),
    says: [
      'machine-http: ports: expected tcp 22, 80 or 443 alone, got "tcp" 80 to 443; reach all else over SSH',
    ],
  },
  "rules within a group": {
    of,
    rule: "firewall-narrow",
    spoil: (stack) => stack.inputs("machine-firewall").set("ingress", [{ fromPort: 0 }]),
    says: [
      "machine-firewall: ingress: expected rules that are resources of their own, got some within the group; declare each by itself",
    ],
  },
  "a data volume in the clear": {
    of,
    rule: "disks-encrypted",
    spoil: (stack) => stack.inputs("machine-data").set("encrypted", false),
    says: ["machine-data: encrypted: expected true, got false; encrypt it"],
  },
  "a system disk in the clear": {
    of,
    rule: "disks-encrypted",
    spoil: (stack) => stack.inputs("machine-instance-1").remove("rootBlockDevice"),
    says: ["machine-instance-1: rootBlockDevice.encrypted: expected true, got nothing; encrypt it"],
  },
  "a data volume without protection": {
    of,
    rule: "data-protected",
    spoil: (stack) => stack.resource("machine-data").set("protect", false),
    says: [
      "machine-data: protect: expected true for aws:ebs/volume:Volume, which holds data, got false; give it protect: true",
    ],
  },
  "a machine from whatever image is the newest": {
    of,
    rule: "machine-image-pinned",
    spoil: (stack) => stack.inputs("machine-instance-1").set("ami", "resolve:ssm:/aws/service/debian/latest"),
    says: [
      'machine-instance-1: ami: expected an image\'s id of catalog/aws-images.lock.json, got "resolve:ssm:/aws/service/debian/latest"; look it up with ./kaleem images aws REGION',
    ],
  },
  "a metadata service without tokens": option("httpTokens", "optional", '"required"', '"optional"'),
  "a metadata service that answers containers": option("httpPutResponseHopLimit", 2, "1", "2"),
  "an address without protection": {
    of,
    rule: "machine-kept",
    spoil: (stack) => stack.resource("machine-address").set("protect", false),
    says: ["machine-address: protect: expected true, got false; names point to this address"],
  },
  "a machine that anybody may terminate": {
    of,
    rule: "machine-kept",
    spoil: (stack) => stack.inputs("machine-instance-1").set("disableApiTermination", false),
    says: [
      "machine-instance-1: disableApiTermination: expected true, got false; take replaceable out of the settings when the machine was replaced",
    ],
  },
  "machine and bucket of one provider": {
    of,
    rule: "providers-apart",
    spoil: (stack) =>
      stack
        .inputs("agent-config")
        .replace("stdin", "https://s3.example.com", "https://s3.eu-west-1.amazonaws.com"),
    says: [
      "agent-config: offsite.endpoint: expected a bucket of another provider than the machine's, AWS, got s3.eu-west-1.amazonaws.com; an account that is closed would take both. Move it: ./kaleem offsite move",
    ],
  },
};
