import { machineTypes } from "../../../policies/rules/machine.ts";
import type { DeclaredResource, StackView } from "../../../policies/stack-view.ts";
import { compliantView } from "./compliant-view.ts";

const resource = (
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  protect = false,
): DeclaredResource => ({ type, name, inputs, protect, secretPaths: new Set() });

const ingress = (name: string, port: number, range: string) =>
  resource(machineTypes.ingress, `machine-${name}`, {
    ipProtocol: "tcp",
    fromPort: port,
    toPort: port,
    ...(range.includes(":") ? { cidrIpv6: range } : { cidrIpv4: range }),
  });

/** A made-up stack that declares its machine, and keeps every rule; tests spoil one thing in a copy. */
export function compliantMachine(): StackView {
  const view = compliantView();
  return {
    ...view,
    resources: [
      ...view.resources,
      resource(machineTypes.group, "machine-firewall", { name: "kaleem-prod" }),
      ingress("ssh", 22, "203.0.113.7/32"),
      ingress("ssh-v6", 22, "2001:db8::/48"),
      ingress("http", 80, "0.0.0.0/0"),
      ingress("https", 443, "::/0"),
      resource(machineTypes.volume, "machine-data", { encrypted: true, size: 100 }, true),
      resource(machineTypes.address, "machine-address", { domain: "vpc" }, true),
      resource(machineTypes.instance, "machine-instance-1", {
        ami: "ami-0123456789abcdef0",
        instanceType: "m7i.xlarge",
        rootBlockDevice: { encrypted: true },
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        disableApiTermination: true,
      }),
    ],
  };
}
