/** One HTTP call over the edge; texts are templates: `{seq}` and the like stand for what is known of the write. */
export interface BusinessCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON whose texts are templates; one that is a single placeholder becomes the value itself, so a number stays one. Left out: no body. */
  readonly body?: unknown;
  /** The status that says yes. */
  readonly status: number;
  /** JSON path in the answer → the template that its value must be equal to. */
  readonly equals: Readonly<Record<string, string>>;
  /** JSON path of what was written, as the answer shows it: what is read must be equal to what was acknowledged. Left out: not compared. */
  readonly record?: string | undefined;
}

/** A header that proves who calls: HMAC-SHA256 of a text, in hexadecimal, by a secret of the stack. */
export interface CallSignature {
  /** The secret's key in the stack's file. */
  readonly secret: string;
  readonly header: string;
  /** What is signed; `{body}` is the body as it is sent. */
  readonly text: string;
  /** The header's value; `{hmac}` is the signature. */
  readonly value: string;
}

/** Writes one thing. It counts as acknowledged once the answer has this status, an id, and all that must be equal. */
export interface BusinessWrite extends BusinessCall {
  /** JSON path of the id in the answer. */
  readonly id: string;
  readonly sign?: CallSignature | undefined;
}

/** Reads that thing. */
export interface BusinessRead extends BusinessCall {
  /** The status that says that it is not there. Any other that is neither proves nothing. */
  readonly missing: number;
  /** How long after the acknowledgement it may still be missing, in milliseconds, such as until a worker has come to it. */
  readonly withinMs: number;
}

/**
 * How it is proven from outside that a stack's applications keep what they acknowledge: a write of one thing and one read or more of it,
 * declared by whoever knows the applications (`kaleem:businessChecks`). The platform knows nothing else of what they do.
 */
export interface BusinessCheck {
  readonly write: BusinessWrite;
  /** By name, asked in this sequence. */
  readonly reads: Readonly<Record<string, BusinessRead>>;
  /** Whether drills and benchmarks write it by the thousand and keep a ledger of what was acknowledged. */
  readonly ledger: boolean;
}

/** The checks of a stack, by name. */
export type BusinessChecks = Readonly<Record<string, BusinessCheck>>;

/** The one check that is written under load; null where none is declared for it. Pure. */
export function ledgerCheck(checks: BusinessChecks): BusinessCheck | null {
  return Object.values(checks).find(({ ledger }) => ledger) ?? null;
}
