import { createHash, randomBytes } from "node:crypto";
import type { Answer, Call } from "./call.ts";
import { pageOf } from "./paging.ts";
import { permissionGroups } from "./permissions.ts";
import { Refusal } from "./refusal.ts";

interface Token {
  readonly id: string;
  readonly issued_on: string;
  readonly name: string;
  readonly modified_on: string;
  readonly policies: readonly unknown[];
  /** What stands for the value, which is told once. */
  readonly digest: string;
}

interface Policy {
  readonly effect?: unknown;
  readonly permission_groups?: unknown;
  readonly resources?: unknown;
}

/** The tokens of one account. */
export class Tokens {
  readonly #tokens = new Map<string, Token>();

  /** What an S3 key pair may do: the resources and permission groups of the token that it stands for; undefined for none. */
  ofKeyPair(accessKeyId: string, secretAccessKey: string): readonly unknown[] | undefined {
    const token = this.#tokens.get(accessKeyId);
    return token?.digest === secretAccessKey ? token.policies : undefined;
  }

  /** Answers what comes below `/accounts/ID/tokens`. */
  answer(call: Call): Answer {
    const [id] = call.parts;
    call.demand("tokens write");
    if (id === "permission_groups")
      return pageOf(
        Object.entries(permissionGroups).map(([group, name]) => ({ id: group, name })),
        call.query,
      );
    if (id === undefined) {
      if (call.method !== "POST") return pageOf([...this.#tokens.values()].map(shown), call.query, 50);
      const value = randomBytes(30).toString("base64url").slice(0, 40);
      const now = new Date().toISOString();
      const token = {
        id: randomBytes(16).toString("hex"),
        issued_on: now,
        modified_on: now,
        digest: createHash("sha256").update(value).digest("hex"),
        ...read(call.body),
      };
      this.#tokens.set(token.id, token);
      return { result: { ...shown(token), value } };
    }
    const token = this.#tokens.get(id);
    if (token === undefined) throw new Refusal(404, 1003, "Invalid or missing API token");
    switch (call.method) {
      case "GET":
        return { result: shown(token) };
      case "PUT": {
        const changed = { ...token, ...read(call.body), modified_on: new Date().toISOString() };
        this.#tokens.set(id, changed);
        return { result: shown(changed) };
      }
      case "DELETE":
        this.#tokens.delete(id);
        return { result: { id } };
      default:
        throw new Refusal(405, 10_405, "Method not allowed for this authentication scheme");
    }
  }
}

function read({ name, policies }: Call["body"]): { name: string; policies: readonly unknown[] } {
  if (typeof name !== "string" || name === "" || name.length > 120)
    throw new Refusal(400, 1001, "Token name is required and has at most 120 characters");
  const isWhole = Array.isArray(policies) && policies.length > 0 && policies.every(isPolicy);
  if (!isWhole)
    throw new Refusal(400, 1001, "Each policy needs an effect, permission groups that exist, and resources");
  return { name, policies };
}

function isPolicy({ effect, permission_groups: groups, resources }: Policy): boolean {
  return (
    effect === "allow" &&
    Array.isArray(groups) &&
    groups.length > 0 &&
    groups.every(
      ({ id }: { id?: unknown }) => typeof id === "string" && Object.hasOwn(permissionGroups, id),
    ) &&
    typeof resources === "object" &&
    resources !== null &&
    Object.keys(resources).length > 0
  );
}

function shown({ id, name, issued_on, modified_on, policies }: Token) {
  return { id, status: "active", issued_on, modified_on, last_used_on: null, name, policies };
}
