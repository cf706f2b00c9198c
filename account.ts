import * as cloudflare from "@pulumi/cloudflare";
import * as random from "@pulumi/random";
import { AccountGuard } from "./components/account-guard.ts";
import { accountOutputs } from "./components/account-outputs.ts";
import { loadAccount } from "./components/config/load-account.ts";
import { DnsRecords } from "./components/dns/dns-records.ts";
import { BackupBucket } from "./components/offsite/backup-bucket.ts";

const { account, targets, adopt, token } = loadAccount(); // every problem at once, path first

const provider = new cloudflare.Provider("cloudflare", { apiToken: token });
// Born once with the stack, and no secret: it tells this stack's tokens from those of one that was lost.
const origin = new random.RandomId("origin", { byteLength: 3 });

const buckets = Object.entries(account.buckets).map(
  ([name, settings]) =>
    [
      name,
      new BackupBucket(
        name,
        { accountId: account.id, settings, isThere: adopt.buckets[name] !== undefined, origin: origin.hex },
        { provider },
      ),
    ] as const,
);
const records = new DnsRecords(
  "records",
  { zoneId: account.zone, records: account.records, targets, adopted: adopt.records },
  { provider },
);
new AccountGuard("guard", [origin, records, ...buckets.map(([, bucket]) => bucket)]);

export const outputs = accountOutputs(buckets, records);
