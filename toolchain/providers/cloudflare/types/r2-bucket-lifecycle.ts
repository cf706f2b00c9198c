import { r2Rules } from "./r2-rules.ts";

/** What of a bucket goes by itself, and when. */
export const r2BucketLifecycle = r2Rules("cloudflare:index/r2BucketLifecycle:R2BucketLifecycle", "lifecycle");
