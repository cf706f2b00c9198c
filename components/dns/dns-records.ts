import { isIPv4 } from "node:net";
import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";
import { type RecordSettings, type TargetSettings, wholeSeconds } from "../config/account-schema.ts";

/** What the API calls a time to live that it chooses itself; a proxied record must have it. */
const automatic = 1;

export interface DnsRecordsArgs {
  readonly zoneId: string | undefined;
  readonly records: Readonly<Record<string, RecordSettings>>;
  /** Where each points; a record without a target is not declared. */
  readonly targets: Readonly<Record<string, TargetSettings>>;
  /** Ids of records that are there already, and are adopted as they are. */
  readonly adopted: Readonly<Record<string, string>>;
}

/**
 * The names that clients reach platforms by. They belong to the account, so that a platform that is lost, rebuilt or removed takes none
 * along; where they point is a setting that no machine's stack has. Recovery: one setting moves them.
 */
export class DnsRecords extends pulumi.ComponentResource {
  /** Record → its name and where it points. */
  readonly pointing: Readonly<Record<string, { readonly name: string; readonly address: string }>>;

  constructor(name: string, args: DnsRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    // The targets are told to the engine, for the policy that lets a record point nowhere else.
    super("kaleem:dns:DnsRecords", name, { targets: args.targets }, opts);
    const { zoneId, records, targets, adopted } = args;
    this.pointing = Object.fromEntries(
      Object.entries(records).flatMap(([key, record]) => {
        const address = targets[key]?.address;
        return address === undefined ? [] : [[key, { name: record.name, address }]];
      }),
    );
    for (const [key, { name: fullName, address }] of Object.entries(this.pointing)) {
      if (zoneId === undefined)
        throw new pulumi.InputPropertyError({ propertyPath: "zoneId", reason: "records need a zone" });
      const { proxied, ttl } = records[key] ?? { proxied: false, ttl: "60s" };
      const id = adopted[key];
      new cloudflare.DnsRecord(
        `${name}-${key}`,
        {
          zoneId,
          name: fullName,
          type: isIPv4(address) ? "A" : "AAAA",
          content: address,
          ttl: proxied ? automatic : wholeSeconds(ttl),
          proxied,
        },
        {
          parent: this,
          protect: true,
          // The API lets two records of one name stand side by side, and refuses two that are alike.
          deleteBeforeReplace: true,
          ...(id === undefined ? {} : { import: `${zoneId}/${id}` }),
        },
      );
    }
    this.registerOutputs({ pointing: this.pointing });
  }
}
