import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { damage, damageable, judgeDamage } from "../../../drill/scenarios/damage.ts";
import type { RemoteHost } from "../../../operator/ssh/remote-host.ts";

/** Answers each command by what it is, and keeps what it was told. */
function host(answers: (argv: string) => string): RemoteHost & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    run: (argv) => {
      told.push(argv.join(" "));
      return Promise.resolve({ stdout: answers(argv.join(" ")) });
    },
  };
}

describe("damaging a store", () => {
  it("empties Redis by its own client, with a password that is on no command line", async () => {
    let keys = 7;
    const machine = host((argv) => {
      if (argv.includes("docker ps")) return "c0ffee\nother\n";
      if (argv.includes("FLUSHALL")) keys = 0;
      return argv.includes("DBSIZE") ? `${keys}\n` : "OK\n";
    });
    assert.deepEqual(await damage(machine, "redis"), { store: "redis", before: 7, after: 0 });
    assert.match(
      machine.told[2] ?? "",
      /^docker exec c0ffee sh -c REDISCLI_AUTH=\$\(cat \/run\/secrets\/password\)/,
    );
  });

  it("removes MinIO's objects from the disk, and leaves what it keeps of its own", async () => {
    let files = "x\nx\nx\n";
    const machine = host((argv) => {
      if (!argv.includes("-delete")) return files;
      files = "";
      return "";
    });
    assert.deepEqual(await damage(machine, "minio"), { store: "minio", before: 3, after: 0 });
    assert.equal(machine.told[1], "find /srv/kaleem/live/minio -mindepth 1 -not -path */.minio.sys* -delete");
  });

  it("says when a store does not run, or when it does not know how", async () => {
    await assert.rejects(
      damage(
        host(() => "\n"),
        "redis",
      ),
      /^Error: redis: no container of it runs/,
    );
    await assert.rejects(
      damage(
        host(() => ""),
        "qdrant",
      ),
      /^Error: qdrant: a drill does not know how/,
    );
    assert.deepEqual(damageable, ["redis", "minio"]);
  });

  it("proves nothing where nothing was there, or nothing went", () => {
    const store = "redis";
    assert.deepEqual(judgeDamage({ store, before: 5, after: 0 }), []);
    assert.deepEqual(judgeDamage({ store, before: 0, after: 0 }), [
      "redis held nothing before it was damaged: nothing was proven",
    ]);
    assert.deepEqual(judgeDamage({ store, before: 5, after: 5 }), [
      "redis holds as much as before it was damaged: nothing was proven",
    ]);
  });
});
