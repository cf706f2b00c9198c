import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { finishMove, wantedBucket } from "../../../operator/offsite/move.ts";
import { moveOffsite } from "../../../operator/stack/move-offsite.ts";
import { Bucket } from "../../../recovery/lineage/bucket.ts";
import { TestS3 } from "../../recovery/restic/test-s3.ts";

const file = `# A comment that stays.
config:
  kaleem:offsite: { endpoint: https://s3.example.com, bucket: kaleem-backup } # of the first provider
  kaleem:backups: { pointEvery: 5m }
`;
const to = { endpoint: "https://s3.other.example", bucket: "kaleem-2", prefix: "prod", region: "auto" };

describe("a stack file that names another bucket", () => {
  it("differs in that alone, and says in what", () => {
    const moved = moveOffsite(file, "Pulumi.prod.yaml", to);
    assert.deepEqual(moved.diff, [
      '- offsite.endpoint: "https://s3.example.com"',
      '+ offsite.endpoint: "https://s3.other.example"',
      '- offsite.bucket: "kaleem-backup"',
      '+ offsite.bucket: "kaleem-2"',
      '+ offsite.prefix: "prod"',
    ]);
    assert.match(moved.text, /^# A comment that stays\.\n/);
    assert.match(
      moved.text,
      /prefix: prod \} # of the first provider\n {2}kaleem:backups: \{ pointEvery: 5m \}\n$/,
    );
    assert.deepEqual(moveOffsite(moved.text, "Pulumi.prod.yaml", to), { text: moved.text, diff: [] });
    assert.throws(
      () => moveOffsite("config: {}\n", "Pulumi.prod.yaml", to),
      /^Error: Pulumi\.prod\.yaml: expected a stack file with kaleem:offsite, got something else; nothing was changed$/,
    );
  });

  it("is refused by the rules of the stack file, each option by its name", () => {
    assert.deepEqual(wantedBucket({ toBucket: "kaleem-2", toEndpoint: "https://s3.other.example" }), {
      ...to,
      prefix: "",
    });
    assert.throws(
      () => wantedBucket({ toBucket: "Kaleem", toEndpoint: "s3.other.example/x" }),
      /^RecoveryError: --to-endpoint: expected an address .*\n--to-bucket: expected a bucket's name/,
    );
  });
});

describe("the end of a move", () => {
  it("is told when the present bucket lacks nothing that lasts, and else what it lacks", async () => {
    const s3 = await TestS3.start();
    try {
      const at = (prefix: string) =>
        new Bucket(
          { endpoint: s3.endpoint, bucket: s3.bucket, prefix, region: "auto" },
          { accessKeyId: "ID", secretAccessKey: "secret" },
        );
      for (const prefix of ["a", "b"])
        for (const key of ["restic/config", "restic/data/aa/p", "restic/snapshots/s", "kit/versions/0.yaml"])
          s3.objects.set(`${prefix}/${key}`, Buffer.from(key));
      for (const key of [
        "restic/index/i",
        "restic/locks/l",
        "lineage/head.json",
        "kit/stack.yaml",
        "restic/keys/retired",
      ])
        s3.objects.set(`a/${key}`, Buffer.from(key));
      assert.match(
        await finishMove(at("a"), at("b")),
        /has all 4 packs, points and stack files of s3:\/\/kaleem-backup\/a at /,
      );
      s3.objects.set("a/restic/snapshots/t", Buffer.from("t"));
      await assert.rejects(
        finishMove(at("a"), at("b")),
        /holds 1 objects that the present bucket has not, 1 of them points/,
      );
      await assert.rejects(
        finishMove(at("a"), at("a")),
        /is the bucket that is used now: give the earlier kit/,
      );
    } finally {
      await s3.stop();
    }
  });
});
