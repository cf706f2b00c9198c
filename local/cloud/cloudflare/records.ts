import { randomBytes } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";
import type { Answer, Call } from "./call.ts";
import { pageOf } from "./paging.ts";
import { Refusal } from "./refusal.ts";

interface DnsRecord {
  readonly id: string;
  readonly created_on: string;
  readonly name: string;
  readonly type: string;
  readonly content: string;
  readonly proxied: boolean;
  readonly ttl: number;
  readonly comment: string | null;
  readonly modified_on: string;
}

/** The records of one zone. */
export class Records {
  readonly #zone: string;
  readonly #records = new Map<string, DnsRecord>();

  /** `zone` is its name, such as `example.com`. */
  constructor(zone: string) {
    this.#zone = zone;
  }

  /** What the zone says of a name, as a resolver would be told. */
  addresses(name: string): string[] {
    return [...this.#records.values()].filter((each) => each.name === name).map(({ content }) => content);
  }

  /** Answers what comes below `/zones/ID/dns_records`. */
  answer(call: Call): Answer {
    const [id] = call.parts;
    call.demand(call.method === "GET" ? "dns read" : "dns write");
    if (id === undefined) {
      if (call.method === "POST")
        return { result: shown(this.#put(newId(), new Date().toISOString(), call.body)) };
      return pageOf(this.#matching(call.query).map(shown), call.query, 5000);
    }
    const record = this.#records.get(id);
    if (record === undefined) throw new Refusal(404, 81_044, "Record does not exist.");
    switch (call.method) {
      case "GET":
        return { result: shown(record) };
      case "PUT":
        return { result: shown(this.#put(id, record.created_on, call.body)) };
      case "PATCH":
        return { result: shown(this.#put(id, record.created_on, { ...record, ...call.body })) };
      case "DELETE":
        this.#records.delete(id);
        return { result: { id } };
      default:
        throw new Refusal(405, 10_405, "Method not allowed for this authentication scheme");
    }
  }

  #matching(query: URLSearchParams): DnsRecord[] {
    const name = query.get("name") ?? query.get("name.exact");
    const type = query.get("type");
    return [...this.#records.values()].filter(
      (each) => (name === null || each.name === name) && (type === null || each.type === type),
    );
  }

  #put(id: string, created: string, body: Call["body"]): DnsRecord {
    const record = read(id, created, body, this.#zone);
    const others = [...this.#records.values()].filter((each) => each.id !== id && each.name === record.name);
    if (others.some((each) => each.type === record.type && each.content === record.content))
      throw new Refusal(400, 81_058, "An identical record already exists.");
    if (others.some((each) => (each.type === "CNAME") !== (record.type === "CNAME")))
      throw new Refusal(400, 81_053, "An A, AAAA, or CNAME record with that host already exists.");
    this.#records.set(id, record);
    return record;
  }
}

function read(id: string, created: string, body: Call["body"], zone: string): DnsRecord {
  const { name, type, content, ttl, proxied, comment } = body;
  if (typeof name !== "string" || typeof type !== "string" || typeof content !== "string")
    throw new Refusal(400, 9005, "Content for the record is invalid.");
  if ((type === "A" && !isIPv4(content)) || (type === "AAAA" && !isIPv6(content)))
    throw new Refusal(400, 9005, `Content for ${type} record is invalid. Must be a valid address.`);
  const isTtl = typeof ttl === "number" && (ttl === 1 || (ttl >= 60 && ttl <= 86_400));
  if (!isTtl)
    throw new Refusal(400, 9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.");
  if (proxied === true && ttl !== 1)
    throw new Refusal(400, 9021, "Invalid TTL. A proxied record must have the TTL 1.");
  return {
    id,
    created_on: created,
    // A short name is taken to be below the zone.
    name: name === zone || name.endsWith(`.${zone}`) ? name : `${name}.${zone}`,
    type,
    content,
    proxied: proxied === true,
    ttl,
    comment: typeof comment === "string" ? comment : null,
    modified_on: new Date().toISOString(),
  };
}

function shown({ comment, ...record }: DnsRecord) {
  const commented = comment === null ? {} : { comment, comment_modified_on: record.created_on };
  return {
    ...record,
    ...commented,
    proxiable: ["A", "AAAA", "CNAME"].includes(record.type),
    settings: {},
    meta: {},
    tags: [],
  };
}

function newId(): string {
  return randomBytes(16).toString("hex");
}
