import assert from "node:assert/strict";
import { test } from "node:test";
import { offsiteRepository } from "../../../recovery/restic/repository.ts";

const offsite = { endpoint: "https://s3.example.org/", bucket: "kaleem", prefix: "", region: "auto" };

test("the off-site repository lies below the prefix, if there is one", () => {
  assert.equal(offsiteRepository(offsite).url, "s3:https://s3.example.org/kaleem/restic");
  const below = offsiteRepository({ ...offsite, endpoint: "https://s3.example.org", prefix: "prod/1" });
  assert.equal(below.url, "s3:https://s3.example.org/kaleem/prod/1/restic");
});
