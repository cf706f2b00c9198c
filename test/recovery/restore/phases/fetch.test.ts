import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { LocalFiles } from "../../../../recovery/agent/restore/restore-files.ts";
import { exitCodes, RecoveryError } from "../../../../contract/exit-codes.ts";
import type { Manifest } from "../../../../recovery/point/manifest.ts";
import { fetchPoint } from "../../../../recovery/restore/phases/fetch.ts";
import type { RestoreMemory } from "../../../../recovery/restore/journal/journal.ts";
import { restoreMemorySchema } from "../../../../recovery/restore/journal/journal.ts";
import type { PhaseContext } from "../../../../recovery/restore/phases/phase.ts";
import type { RestorePorts } from "../../../../recovery/restore/phases/ports.ts";
import { planRestore } from "../../../../recovery/restore/plan/plan.ts";
import { findings, request } from "./findings-fixture.ts";
import { manifest, nothingAsked, ScratchHost } from "./ports-fixture.ts";

let host: ScratchHost;
let memory: RestoreMemory;
beforeEach(async () => {
  const { head } = findings();
  assert.ok(head.state === "ok");
  host = await ScratchHost.make(head.head);
  memory = {};
});
afterEach(() => host.remove());

function context(change: (ports: RestorePorts) => Partial<RestorePorts> = () => ({})): PhaseContext {
  const { ports } = host;
  const plan = planRestore(findings(), request({ overExisting: true }));
  assert.ok(!Array.isArray(plan), JSON.stringify(plan));
  const remember = (facts: RestoreMemory): void => void (memory = restoreMemorySchema.parse(facts));
  return {
    plan,
    ports: { ...ports, ...change(ports) },
    asked: nothingAsked,
    memory,
    remember,
    progress: () => undefined,
  };
}

function withFree(bytes: number, used = 0): PhaseContext {
  return context(({ files }) => ({
    files: Object.assign(Object.create(files) as LocalFiles, {
      freeBytes: async () => bytes,
      usedBytes: async () => used,
    }),
  }));
}

/** The manifest with the digests of what a fetch brings. */
async function withDigests(): Promise<Manifest> {
  await fetchPoint(context());
  const told = manifest();
  const inside = join(host.root, "incoming", context().plan.id, "srv/point/files");
  for (const [name, facts] of Object.entries(told.stores)) {
    const { digest } = await new LocalFiles().measure(join(inside, name));
    facts.directories = { [name]: { ...(facts.directories[name] ?? assert.fail()), digest: { ...digest, folders: { ...digest.folders } } } }; // prettier-ignore
  }
  return told;
}

function refusedAs(exitCode: number, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof RecoveryError, String(error));
    assert.match(error.message, message);
    assert.equal(error.exitCode, exitCode);
    return true;
  };
}

describe("fetching a point", () => {
  it("takes a point of before there were digests, and keeps sums in the journal", async () => {
    await fetchPoint(context());
    assert.deepEqual(memory.directories?.["mongo"], { files: 2, bytes: 16 });
  });

  it("judges the space by the manifest, whatever the repository says, before anything is fetched", async () => {
    const large = manifest();
    const { directories } = large.stores["mongo"] ?? assert.fail();
    directories["mongo"] = { files: 1000, bytes: 10 * 1024 ** 3 };
    host.manifest = large;
    await assert.rejects(
      fetchPoint(withFree(10 * 1024 ** 3)),
      refusedAs(
        exitCodes.diskFull,
        /^point \S+ needs 10245 MiB at .*\/incoming and 256 MiB to spare for the stores, 10240 MiB are free; nothing was fetched or replaced\. Enlarge the data volume; then repeat the restore\.$/,
      ),
    );
    assert.deepEqual(host.calls, []);
  });

  it("counts what an earlier run has fetched", async () => {
    await assert.rejects(fetchPoint(withFree(256 * 1024 ** 2)), /nothing was fetched or replaced/);
    await fetchPoint(withFree(256 * 1024 ** 2, 64 * 1024));
  });

  it("refuses a manifest that is missing or wrong before anything is fetched", async () => {
    host.withoutManifest = true;
    await assert.rejects(
      fetchPoint(context()),
      refusedAs(exitCodes.pointRefused, /^ {2}manifest\.json is missing$/m),
    );
    host.withoutManifest = false;
    host.manifest = { ...manifest(), stores: {} };
    await assert.rejects(
      fetchPoint(context()),
      refusedAs(exitCodes.pointRefused, /^ {2}stores\.mongo: the point does not hold this store$/m),
    );
    assert.deepEqual(host.calls, []);
  });

  it("names what differs from the manifest's digest, and where", async () => {
    const told = await withDigests();
    const folder = told.stores["mongo"]?.directories["mongo"]?.digest ?? assert.fail();
    folder.names = "0".repeat(64);
    folder.times = "0".repeat(64);
    folder.folders["journal"] = { files: 4, bytes: 9, digest: "0".repeat(64) };
    folder.folders["caf%E9"] = { files: 1, bytes: 1, digest: "0".repeat(64) };
    host.manifest = told;
    await assert.rejects(
      fetchPoint(context()),
      refusedAs(
        exitCodes.pointRefused,
        /^ {2}stores\.mongo\.directories\.mongo\.digest: not the same names, kinds or targets of links; modification times: in .*journal \(4 files, 9 bytes in the manifest, 1 files, 1 bytes here\), caf%E9 \(1 files, 1 bytes in the manifest, none here\)$/m,
      ),
    );
  });

  it("removes what other restores and killed writes left in its folder, whatever it is", async () => {
    const staging = join(host.root, "incoming");
    mkdirSync(join(staging, "other/deep"), { recursive: true });
    writeFileSync(Buffer.concat([Buffer.from(join(staging, "other/deep/")), Buffer.from([0xe9])]), "");
    writeFileSync(join(staging, "half.json.12-ab"), "{");
    await fetchPoint(context());
    assert.deepEqual(readdirSync(staging), [context().plan.id]);
  });
});
