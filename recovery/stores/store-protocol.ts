import { z } from "zod";
import { inventorySchema } from "../../catalog/inventory/inventory.ts";
import { positionSchema } from "../../catalog/oplog/position.ts";
import { portableSourceSchema } from "../../catalog/portable/portable.ts";

/**
 * What the agent says to its child inside a store's network namespace: one JSON object a line on stdin, one answer a line on stdout.
 * Requests are answered in order over one open client.
 */
export const storeRequest = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("version") }),
  z.strictObject({ op: z.literal("setup") }),
  z.strictObject({ op: z.literal("retire") }),
  z.strictObject({ op: z.literal("setAdministrator"), password: z.string().min(1) }),
  z.strictObject({ op: z.literal("accepts"), secret: z.string(), password: z.string().min(1) }),
  z.strictObject({ op: z.literal("writeCanary"), mark: z.string() }),
  z.strictObject({ op: z.literal("readCanary") }),
  z.strictObject({
    op: z.literal("inventory"),
    bytes: z.number().positive(),
    ms: z.number().positive(),
    like: inventorySchema.optional(),
    disposable: z.boolean(),
  }),
  z.strictObject({ op: z.literal("reset-users") }),
  z.strictObject({ op: z.literal("judgeImport"), source: portableSourceSchema }),
  z.strictObject({ op: z.literal("dump") }),
  z.strictObject({ op: z.literal("loadImport"), source: portableSourceSchema, file: z.string() }),
  z.strictObject({ op: z.literal("refuseWrites") }),
  z.strictObject({ op: z.literal("allowWrites"), kept: z.string().nullable() }),
  z.strictObject({ op: z.literal("oplogPosition"), before: positionSchema.optional() }),
  z.strictObject({ op: z.literal("oplogHas"), position: positionSchema }),
  z.strictObject({ op: z.literal("oplogTool") }),
  z.strictObject({ op: z.literal("replayOplog"), file: z.string() }),
]);
export type StoreRequest = z.infer<typeof storeRequest>;

/** The first line of the child's input: where the task is. */
export const storeOpening = z.strictObject({
  service: z.string(),
  /** Process id of the task on the host; its secrets are read from there. */
  pid: z.number().int().positive(),
  /** A maintenance start: there is nobody to log in; the present secrets, since this task has none. The only work is to unlock. */
  unlockWith: z.record(z.string(), z.string()).optional(),
  /** The present secrets, where the task is none of the platform's and the host's own files say nothing of it. */
  secrets: z.record(z.string(), z.string()).optional(),
});
export type StoreOpeningLine = z.infer<typeof storeOpening>;

/** An answer. The first one, without a request, says that the client is connected. */
export const storeAnswer = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), value: z.unknown() }),
  z.strictObject({
    ok: z.literal(false),
    error: z.string(),
    /** The store answered, and refused its administrator's password. */
    refused: z.literal(true).optional(),
  }),
]);
export type StoreAnswer = z.infer<typeof storeAnswer>;
