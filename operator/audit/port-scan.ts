import type { HostView } from "./host-view.ts";

/** Which TCP ports of a machine were tried from this computer, and which took a connection. */
export interface PortScan {
  readonly address: string;
  readonly tried: readonly number[];
  readonly open: readonly number[];
}

/** What a port that is closed from here does not prove, one sentence each. Pure. */
export function scanLimits(
  { address, tried, open }: PortScan,
  { listening }: Pick<HostView, "listening">,
): string[] {
  const silent = listening.filter((port) => tried.includes(port) && !open.includes(port));
  const untried = listening.filter((port) => !tried.includes(port));
  return [
    `${tried.length} TCP ports of ${address} were tried, from this computer alone; its other addresses and UDP were not.`,
    ...(open.length > 0
      ? []
      : [
          "None answered, sshd's own included, so something between here and the machine answers in its place (a provider's " +
            "firewall, a VPN, another route): try it from a network that customers use.",
        ]),
    ...(silent.length === 0
      ? []
      : [
          `Something listens on ${silent.join(", ")} and did not answer: whether the machine's own filter closes that, or something ` +
            "between here and there, cannot be seen from here.",
        ]),
    ...(untried.length === 0
      ? []
      : [
          `Something listens on ${untried.join(", ")}, which was not tried; leave out --fast to try every port.`,
        ]),
  ];
}
