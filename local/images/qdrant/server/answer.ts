import type { z } from "zod";
import { QdrantError } from "./qdrant-error.ts";

/** Qdrant's envelope around every result. */
export interface Answer<Result> {
  readonly result: Result;
  readonly status: "ok";
  /** Seconds that it took. */
  readonly time: number;
}

/** Does the work and wraps its result. */
export async function answer<Result>(work: () => Result | Promise<Result>): Promise<Answer<Result>> {
  const begun = performance.now();
  const result = await work();
  return { result, status: "ok", time: (performance.now() - begun) / 1000 };
}

/** A body or query as it must be. @throws QdrantError naming the first thing that is wrong */
export function take<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.join(".") ?? "";
  throw QdrantError.wrongFormat(`${at === "" ? "" : `${at}: `}${issue?.message ?? "wrong"}`);
}
