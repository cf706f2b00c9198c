import { r2Rules } from "./r2-rules.ts";

/** What of a bucket can be removed by nobody, and for how long. */
export const r2BucketLock = r2Rules("cloudflare:index/r2BucketLock:R2BucketLock", "lock");
