import { readAccount } from "../../../operator/stack/account-stack.ts";
import type { NewHostView } from "../../../operator/cutover/judge-new-host.ts";
import type { ZoneRecord } from "../../../operator/cutover/zone.ts";

export const file = "Pulumi.account.yaml";
export const former = "203.0.113.7";
export const next = "203.0.113.9";
export const name = "kaleem.example.com";
export const now = new Date("2027-02-01T03:04:05.678Z");
export const zoneId = "fedcba9876543210fedcba9876543210";

/** The account's stack file, pointing to the former machine. */
export const accountText = `# What outlives every machine.
config:
  kaleem:account:
    kind: cloudflare
    id: 0123456789abcdef0123456789abcdef
    zone: ${zoneId}
    buckets:
      prod: { bucket: kaleem-prod-backup, location: weur } # never public
    records:
      prod: { name: ${name} }
  kaleem:targets:
    prod: { address: ${former}, at: 20270131T120000Z }
  kaleem:cloudflare-api-token: { secure: v1:abc }
`;

export const settings = readAccount(accountText, file);

/** The record as the zone has it. */
export function record(content: string, id = "a".repeat(32)): ZoneRecord {
  return { id, type: "A", content, proxied: false, modifiedAt: "2027-01-31T12:00:00Z" };
}

/** A machine that brought a lost one's data back, verified, and serves. */
export function restoredHost(): NewHostView {
  const lineage = { lineage: "l-1", generation: 2, host: "new-machine" };
  const point = "20270201T020000Z";
  return {
    status: {
      stack: "prod",
      founded: lineage,
      closed: false,
      restore: null,
      writesBlocked: null,
      lastProven: { at: "2027-02-01T02:30:00.000Z", point, rtoSeconds: 600, report: "r-1" },
      services: [{ name: "mongo", image: "mongo:8", wanted: 1, running: 1, healthy: 1, paused: 0 }],
    },
    head: {
      ...lineage,
      stack: "prod",
      changedAt: "2027-02-01T02:31:00.000Z",
      parent: { point, lineage: "l-1", generation: 1 },
    },
    edge: { status: 200, text: "200 {}" },
    certificateFits: true,
  };
}
