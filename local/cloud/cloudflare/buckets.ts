import type { Answer, Call } from "./call.ts";
import { bucketPage } from "./paging.ts";
import { Refusal } from "./refusal.ts";

interface Bucket {
  readonly name: string;
  readonly creation_date: string;
  readonly location: string;
  readonly jurisdiction: string;
  storage_class: string;
  lock: unknown[];
  lifecycle: unknown[];
  readonly keys: Set<string>;
}

/** What R2 gives every new bucket: parts of uploads that never ended go after a week. */
const defaultLifecycle = {
  id: "Default Multipart Abort Rule",
  enabled: true,
  conditions: { prefix: "" },
  abortMultipartUploadsTransition: { condition: { type: "Age", maxAge: 604_800 } },
};

/** The buckets of one account, with locks and lifecycles; of objects, that they are there. */
export class Buckets {
  readonly #buckets = new Map<string, Bucket>();

  /** Puts an object into a bucket, so that it is not empty. */
  putObject(bucket: string, key: string, jurisdiction = "default"): void {
    this.#known(bucket, jurisdiction).keys.add(key);
  }

  /** Answers what comes below `/accounts/ID/r2/buckets`. */
  answer(call: Call): Answer {
    const [name, part] = call.parts;
    const jurisdiction = String(call.headers["cf-r2-jurisdiction"] ?? "default");
    call.demand(call.method === "GET" ? "r2 read" : "r2 write");
    if (name === undefined) {
      if (call.method === "POST") return { result: shown(this.#create(call.body, jurisdiction)) };
      return bucketPage(
        [...this.#buckets.values()].filter((each) => each.jurisdiction === jurisdiction).map(shown),
        call.query,
      );
    }
    const bucket = this.#known(name, jurisdiction);
    if (part === "lock" || part === "lifecycle") return rules(bucket, part, call);
    switch (call.method) {
      case "GET":
        return { result: shown(bucket) };
      case "PATCH":
        bucket.storage_class = String(call.headers["cf-r2-storage-class"] ?? bucket.storage_class);
        return { result: shown(bucket) };
      case "DELETE":
        if (bucket.keys.size > 0)
          throw new Refusal(
            409,
            10_008,
            "The bucket you tried to delete is not empty, so it cannot be deleted.",
          );
        this.#buckets.delete(id(name, jurisdiction));
        return { result: {} };
      default:
        throw new Refusal(405, 10_405, "Method not allowed for this authentication scheme");
    }
  }

  #create(body: Call["body"], jurisdiction: string): Bucket {
    const { name, locationHint, storageClass } = body;
    if (typeof name !== "string" || !/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name))
      throw new Refusal(400, 10_005, "The specified bucket name is not valid.");
    if (this.#buckets.has(id(name, jurisdiction)))
      throw new Refusal(409, 10_004, "The bucket you tried to create already exists, and you own it.");
    const bucket: Bucket = {
      name,
      creation_date: new Date().toISOString(),
      location: typeof locationHint === "string" ? locationHint.toUpperCase() : "WEUR",
      jurisdiction,
      storage_class: typeof storageClass === "string" ? storageClass : "Standard",
      lock: [],
      lifecycle: [defaultLifecycle],
      keys: new Set(),
    };
    this.#buckets.set(id(name, jurisdiction), bucket);
    return bucket;
  }

  #known(name: string, jurisdiction: string): Bucket {
    const bucket = this.#buckets.get(id(name, jurisdiction));
    if (bucket === undefined) throw new Refusal(404, 10_006, "The specified bucket does not exist.");
    return bucket;
  }
}

function id(name: string, jurisdiction: string): string {
  return `${jurisdiction}/${name}`;
}

function shown({ name, creation_date, location, storage_class, jurisdiction }: Bucket) {
  return { name, creation_date, location, storage_class, jurisdiction };
}

/** A PUT replaces the whole set, whoever made the rules in it. */
function rules(bucket: Bucket, part: "lock" | "lifecycle", call: Call): Answer {
  if (call.method === "GET") return { result: { rules: bucket[part] } };
  if (call.method !== "PUT")
    throw new Refusal(405, 10_405, "Method not allowed for this authentication scheme");
  const given = call.body["rules"];
  if (!Array.isArray(given)) throw new Refusal(400, 10_040, "The JSON you provided was not well formed.");
  const ids = given.map((rule: { readonly id?: unknown }) => rule.id);
  if (new Set(ids).size !== ids.length) throw new Refusal(400, 10_060, "Rule ids must be unique.");
  bucket[part] = given;
  return { result: {} };
}
