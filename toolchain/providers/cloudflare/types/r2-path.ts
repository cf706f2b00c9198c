import type { PropertyMap } from "../../protocol/value.ts";
import { textOf } from "../answer-fields.ts";

/** The API's path of a bucket that `accountId` and `bucketName` say. */
export function bucketPath(of: PropertyMap): string {
  return `/accounts/${textOf(of, "accountId")}/r2/buckets/${textOf(of, "bucketName")}`;
}

/** The header that says where by law the bucket is. */
export function within(of: PropertyMap): Readonly<Record<string, string>> {
  const { jurisdiction } = of;
  return { "cf-r2-jurisdiction": typeof jurisdiction === "string" ? jurisdiction : "default" };
}
