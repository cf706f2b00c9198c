import { createHash } from "node:crypto";
import { entryPath, type Entry, type Inventory, type InventoryRequest } from "../inventory/inventory.ts";
import { NameSample } from "../inventory/name-sample.ts";
import { optionsText, shorten } from "../inventory/options-text.ts";
import { InventoryRecorder } from "../inventory/recorder.ts";
import { hashOf } from "../inventory/set-digest.ts";
import { Tally } from "../inventory/tally.ts";
import { isLoginOf } from "../login-name.ts";
import { lifecycleOf } from "./lifecycle.ts";
import { listVersions, type ObjectVersion } from "./list-versions.ts";
import type { SignedCalls, SignedDownload } from "./signed-calls.ts";
import { textOf, tagsOf } from "./xml.ts";
import { zipFiles } from "./zip-files.ts";

const admin = "/minio/admin/v3";
/** MinIO has these by itself, and may change them with its version. */
const builtInPolicies = ["consoleAdmin", "diagnostics", "readonly", "readwrite", "writeonly"];
/** Set anew by every start and every restore, with its members and its policy. */
const own = { group: "applications", policy: "app" };
/** Where objects are copied to by themselves stands with the passwords for it. */
const concealed = /bucket-targets/;
/** Objects that are read at once. */
const readsAtOnce = 4;

/**
 * What MinIO holds: each bucket with its versioning, policy, lifecycle and other settings, every version of every object by listing,
 * of as many as the limits allow also the content; users, groups, policies, without a password.
 * @param made buckets that the platform makes where they are missing
 */
export async function minioInventory(
  { call, download }: { readonly call: SignedCalls; readonly download: SignedDownload },
  version: string,
  request: InventoryRequest,
  made: readonly string[],
): Promise<Inventory> {
  const recorder = new InventoryRecorder("minio", request);
  const sample = new NameSample(request, recorder.takenAtMs, ["contents"]);
  const names = tagsOf((await call("/")) ?? "", "Bucket").map((bucket) => textOf(bucket, "Name") ?? "");
  const contents: { path: string; tally: Tally }[] = [];
  for (const name of names.sort()) {
    const settings = await settingsOf(download, name);
    recorder.add(entryPath("bucket", name), {
      kind: "buckets",
      options: optionsText(Object.fromEntries(settings)),
      ...(made.includes(name) ? { mayCome: "made by the platform where it is missing" } : {}),
    });
    const lifecycle = lifecycleOf(settings.get("lifecycle.xml") ?? "");
    const tally = new BucketTally(recorder, sample, download, name);
    for await (const { version: one, dueMs } of withDue(listVersions(call, name), lifecycle))
      await tally.add(one, dueMs);
    contents.push({ path: entryPath("bucket", name, "contents"), tally: await tally.finish() });
  }
  // Not before the last bucket: until then the sample may grow rarer.
  for (const { path, tally } of contents) {
    const entry = tally.entry("contents", {
      sample: sample.sample,
      level: sample.level,
      why: "by the bucket's lifecycle",
    });
    recorder.add(path, entry);
  }
  await addIdentities(download, recorder);
  return recorder.finish(version);
}

/** A bucket's settings by the names of MinIO's own export, such as `versioning.xml`. */
async function settingsOf(download: SignedDownload, bucket: string): Promise<ReadonlyMap<string, string>> {
  const path = `${admin}/export-bucket-metadata?bucket=${encodeURIComponent(bucket)}`;
  const files = zipFiles(await whole(download(path)));
  return new Map(
    [...files].map(([name, content]) => {
      const text = content.toString();
      const told = concealed.test(name) ? tagsOf(text, "Arn").sort().join(" ") : withoutInstant(text);
      return [name.slice(name.lastIndexOf("/") + 1), told];
    }),
  );
}

/** MinIO notes in some settings when they were written. */
function withoutInstant(text: string): string {
  return text.replaceAll(/<ExpiryUpdatedAt>[^<]*<\/ExpiryUpdatedAt>/g, "");
}

/** With the moment that each goes at; of one key the newest version comes first, and each supersedes the next. */
async function* withDue(
  versions: AsyncIterable<ObjectVersion>,
  lifecycle: ReturnType<typeof lifecycleOf>,
): AsyncGenerator<{ readonly version: ObjectVersion; readonly dueMs: number | undefined }> {
  let before: ObjectVersion | undefined;
  let newer = 0;
  for await (const version of versions) {
    const sameKey = before?.key === version.key && !version.latest;
    const supersededMs = sameKey ? before?.modifiedMs : undefined;
    yield { version, dueMs: lifecycle.dueMs(version, supersededMs, newer) };
    // Of those that are not the latest, how many are newer than the next.
    newer = sameKey ? newer + 1 : 0;
    before = version;
  }
}

/** The objects of one bucket: by listing, and by what they hold. */
class BucketTally {
  readonly #recorder: InventoryRecorder;
  readonly #sample: NameSample;
  readonly #download: SignedDownload;
  readonly #bucket: string;
  readonly #objects: Tally;
  readonly #versions: Tally;
  readonly #deleteMarkers: Tally;
  readonly #contents: Tally;
  readonly #reading = new Set<Promise<void>>();

  constructor(recorder: InventoryRecorder, sample: NameSample, download: SignedDownload, bucket: string) {
    this.#recorder = recorder;
    this.#sample = sample;
    this.#download = download;
    this.#bucket = bucket;
    const tally = (): Tally => new Tally(recorder.takenAtMs);
    [this.#objects, this.#versions, this.#deleteMarkers, this.#contents] = [
      tally(),
      tally(),
      tally(),
      tally(),
    ];
  }

  async add(version: ObjectVersion, dueMs: number | undefined): Promise<void> {
    const { key, id, etag, bytes, latest, deleteMarker } = version;
    const tally = deleteMarker ? this.#deleteMarkers : latest ? this.#objects : this.#versions;
    tally.add({ bytes, hash: hashOf(key, id, etag, String(bytes)), dueMs });
    if (deleteMarker) return;
    const level = this.#sample.levelOf(key, id);
    if (!this.#sample.takes(level)) {
      this.#contents.add({ bytes: 0, dueMs, level });
      return;
    }
    const reading = this.#read(version, dueMs, level);
    this.#reading.add(reading);
    void reading.then(
      () => this.#reading.delete(reading),
      () => undefined,
    );
    if (this.#reading.size >= readsAtOnce) await Promise.race(this.#reading);
  }

  /** Tells what was listed, and gives the contents, whose sample may still change. */
  async finish(): Promise<Tally> {
    await Promise.all(this.#reading);
    const path = (what: string): string => entryPath("bucket", this.#bucket, what);
    const why = "by the bucket's lifecycle";
    const told = (kind: string, tally: Tally): Entry => tally.entry(kind, { sample: "all", why });
    // An object that expires in a bucket with versions becomes one of the older ones, below a delete marker.
    const feeds = [path("versions"), path("delete-markers")];
    this.#recorder.add(path("objects"), { ...told("objects", this.#objects), feeds });
    this.#recorder.add(path("versions"), told("versions", this.#versions));
    this.#recorder.add(path("delete-markers"), told("delete markers", this.#deleteMarkers));
    return this.#contents;
  }

  async #read({ key, id }: ObjectVersion, dueMs: number | undefined, level: number): Promise<void> {
    const name = key.split("/").map(encodeURIComponent).join("/");
    const version = id === "null" ? "" : `?versionId=${encodeURIComponent(id)}`;
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of this.#download(`/${encodeURIComponent(this.#bucket)}/${name}${version}`)) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    this.#sample.read(level, bytes);
    this.#contents.add({ bytes, hash: hashOf(key, id, hash.digest()), dueMs, level });
  }
}

/**
 * Users, groups and what they may. The list of users is told sealed only; MinIO's export of them is not, and holds their passwords:
 * those are dropped here.
 */
async function addIdentities(download: SignedDownload, recorder: InventoryRecorder): Promise<void> {
  const files = zipFiles(await whole(download(`${admin}/export-iam`)));
  const read = (name: string): [string, Record<string, unknown>][] => {
    const text = files.get(`iam-assets/${name}.json`)?.toString() ?? "{}";
    return Object.entries(JSON.parse(text) as Record<string, Record<string, unknown>>);
  };
  const policyOf = (mappings: string) => new Map(read(mappings).map(([name, { policy }]) => [name, policy]));
  recorder.leaveOut(`policies ${builtInPolicies.join(", ")}`, "MinIO's own");
  recorder.leaveOut(
    `logins app, group ${own.group}, policy ${own.policy}`,
    "set by the platform at every start and restore",
  );
  for (const [name, document] of read("policies")) {
    if (builtInPolicies.includes(name) || name === own.policy) continue;
    recorder.add(entryPath("policy", name), { kind: "policies", options: optionsText({ document }) });
  }
  const userPolicies = policyOf("user_mappings");
  for (const [name, { status }] of read("users")) {
    if (isLoginOf("app", name)) continue;
    recorder.add(entryPath("user", name), {
      kind: "users",
      options: optionsText({ status, policy: userPolicies.get(name) }),
    });
  }
  const groupPolicies = policyOf("group_mappings");
  for (const [name, { status, members }] of read("groups")) {
    if (name === own.group) continue;
    const options = optionsText({ status, members: sorted(members), policy: groupPolicies.get(name) });
    recorder.add(entryPath("group", name), { kind: "groups", options });
  }
  for (const [name, { parent, status, sessionPolicy }] of read("svcaccts")) {
    const options = optionsText({ parent, status, policy: shorten(JSON.stringify(sessionPolicy ?? null)) });
    recorder.add(entryPath("access-key", name), { kind: "access keys", options });
  }
}

function sorted(members: unknown): unknown {
  return Array.isArray(members) ? members.map(String).sort() : members;
}

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
