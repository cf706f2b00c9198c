/** One breach that is known and borne for a while. */
export interface Exemption {
  readonly rule: string;
  readonly resource: string;
  /** The stacks it holds for. */
  readonly stacks: readonly string[];
  /** Why it is borne, and what ends it. */
  readonly reason: string;
  /** The last day it holds, as `2027-01-31` (UTC). */
  readonly expires: string;
}

/** What is borne at present. One that has expired, or that nothing needs any more, is a violation itself. */
export const exemptions: readonly Exemption[] = [
  {
    rule: "tls-outside-local",
    resource: "edge-configuration-content",
    stacks: ["staging", "prod"],
    reason: "The edge answers on 80 as on 443; it has no redirect to HTTPS yet.",
    expires: "2027-01-31",
  },
  {
    rule: "tls-outside-local",
    resource: "edge-certificate",
    stacks: ["staging", "prod"],
    reason: "The edge knows self-signed certificates only; it cannot be given a certificate's files yet.",
    expires: "2027-01-31",
  },
];
