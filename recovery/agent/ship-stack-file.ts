import { createHash } from "node:crypto";
import { bucketLayout, layout } from "../../contract/layout.ts";
import type { HostPort } from "../host/host-port.ts";
import type { Bucket } from "../lineage/bucket.ts";

/** The two forms that a stack's file goes off-site in. */
const forms = {
  /** Its secrets encrypted by Pulumi's passphrase. */
  encrypted: { key: bucketLayout.stackFile, ending: "yaml", type: "application/yaml" },
  /** The whole of it sealed to the recovery kit. */
  sealed: { key: bucketLayout.sealedStackFile, ending: "age", type: "application/octet-stream" },
} as const;
type Form = keyof typeof forms;

/**
 * Brings the stack file off-site as it lies on this host, which holds nothing that opens it: sealed to the recovery kit where the stack
 * names one, else encrypted. Each content is kept for good under its digest, and written there once; `kit/stack.age`, or
 * `kit/stack.yaml`, is the newest. The one that stands there is kept before it is replaced, too; the other form is left alone.
 *
 * The caller has opened the repositories with this host's password before.
 */
export async function shipStackFile(
  bucket: Bucket,
  host: Pick<HostPort, "readFile">,
): Promise<"uploaded" | "unchanged" | "absent"> {
  const sealed = await host.readFile(layout.sealedStackFile);
  if (sealed !== null) return ship(bucket, sealed, "sealed");
  const encrypted = await host.readFile(layout.offsiteStackFile);
  return encrypted === null ? "absent" : ship(bucket, encrypted, "encrypted");
}

async function ship(bucket: Bucket, content: string, form: Form): Promise<"uploaded" | "unchanged"> {
  const { key, type } = forms[form];
  const present = (await bucket.get(key))?.body ?? null;
  if (present !== null && present !== content) await keep(bucket, present, form);
  await keep(bucket, content, form);
  if (present === content) return "unchanged";
  await bucket.put(key, content, type, { always: true });
  return "uploaded";
}

/** Where a content is kept: its digest's first half is one of a kind, and short enough to be read aloud. */
export function stackFileVersionKey(content: string, form: Form = "encrypted"): string {
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 32);
  return `${bucketLayout.stackFileVersions}/${digest}.${forms[form].ending}`;
}

async function keep(bucket: Bucket, content: string, form: Form): Promise<void> {
  const key = stackFileVersionKey(content, form);
  if ((await bucket.get(key)) !== null) return;
  await bucket.put(key, content, forms[form].type, { ifAbsent: true });
}
