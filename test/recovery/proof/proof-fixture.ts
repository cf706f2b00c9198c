import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { StatefulDefinition } from "../../../catalog/definition.ts";
import { bytes } from "../../../catalog/quantities.ts";
import { docker } from "../../../local/images/docker.ts";
import { Docker } from "../../../recovery/docker/docker.ts";
import type { ServiceStart } from "../../../recovery/docker/service-start.ts";
import { LocalHost } from "../../../recovery/host/local-host.ts";
import { Locks } from "../../../recovery/host/locks.ts";
import { Log } from "../../../recovery/host/log.ts";
import { proofLabel } from "../../../recovery/proof/proof-container.ts";
import { ProofFiles } from "../../../recovery/proof/proof-files.ts";
import { ProofRecords } from "../../../recovery/proof/proof-record.ts";
import type { ProofPorts } from "../../../recovery/proof/prove-point.ts";
import { endTidily, unlockLone } from "../../../recovery/stores/lone-start.ts";
import { openStoreAt } from "../../../recovery/stores/store.ts";
import type { StoreContainer } from "../../catalog/support/store-container.ts";
import { makeXfs, type XfsFixture } from "../point/xfs-fixture.ts";

export const point = "20261121T140500Z-1f3a";
const child = { self: [process.execPath, resolve(import.meta.dirname, "../../../recovery/agent/main.ts")] };

/** A point of one store on an XFS of its own, and what proves it with the machine's own Docker and files. Needs root. */
export class ProofFixture {
  readonly docker = new Docker();
  readonly #folder = mkdtempSync(join(tmpdir(), "kaleem-prove-"));
  readonly #xfs: XfsFixture = makeXfs(2_000);
  readonly #definition: StatefulDefinition;
  readonly #image: string;
  readonly #secrets: Readonly<Record<string, string>>;

  /** @param secrets the present ones */
  constructor(definition: StatefulDefinition, image: string, secrets: Readonly<Record<string, string>>) {
    this.#definition = definition;
    this.#image = image;
    this.#secrets = secrets;
  }

  get clone(): string {
    return join(this.#xfs.root, "proof");
  }

  /** Where the copy of the store's first data directory is; others are empty. */
  get copy(): string {
    const [directory = ""] = Object.values(this.#definition.data);
    return join(this.#xfs.root, "points/current/files", directory);
  }

  get records(): ProofRecords {
    return new ProofRecords(new LocalHost(), join(this.#folder, "proofs"));
  }

  /** Copies the store's files while nothing in them moves, and describes the copy. */
  async take(live: StoreContainer, volume: string): Promise<void> {
    mkdirSync(join(this.#xfs.root, "points/current/files"), { recursive: true });
    const from = await docker(["volume", "inspect", "--format", "{{.Mountpoint}}", volume]);
    await docker(["pause", live.id]);
    execFileSync("cp", ["--archive", from, this.copy]);
    const [uid = 0, gid = 0] = this.#definition.user.split(":").map(Number);
    for (const directory of Object.values(this.#definition.data).slice(1)) {
      const path = join(this.#xfs.root, "points/current/files", directory);
      mkdirSync(path);
      chownSync(path, uid, gid);
    }
    await docker(["unpause", live.id]);
    writeFileSync(join(this.#xfs.root, "points/index"), "");
    this.describe(point);
  }

  /** Writes the manifest of a point of this store, whose canary has the same name. */
  describe(canary: string): void {
    const directories = Object.fromEntries(
      Object.values(this.#definition.data).map((name) => [name, { files: 1, bytes: 1 }]),
    );
    const facts = { canary, counts: {}, version: "8", image: this.#image, directories };
    const manifest = {
      version: 1,
      point,
      lineage: "l",
      generation: 1,
      host: "h",
      stack: "s",
      instant: "2026-11-21T14:05:00.000Z",
      pauseMs: 1,
      stores: { [this.#definition.name]: facts },
    };
    writeFileSync(join(this.#xfs.root, "points/current/manifest.json"), JSON.stringify(manifest));
  }

  ports(): ProofPorts {
    const host = new LocalHost();
    const { docker: client } = this;
    return {
      host,
      docker: client,
      locks: new Locks(join(this.#folder, "locks"), "kaleem-agent prove"),
      log: new Log(() => undefined),
      interrupted: new AbortController().signal,
      files: new ProofFiles({
        point: join(this.#xfs.root, "points/current"),
        indexes: [join(this.#xfs.root, "points/index")],
        clone: this.clone,
        given: join(this.#folder, "given"),
      }),
      records: this.records,
      stores: [this.#definition],
      storePorts: {
        docker: client,
        open: (service, container, secrets) => openStoreAt(service, container, child, secrets),
        unlock: async (definition, id, secrets) => {
          await unlockLone(definition, id, secrets, client, child);
          await endTidily(definition, id, client);
        },
      },
      startOf: (definition) =>
        Promise.resolve({
          start: this.#startOf(definition),
          secrets: this.#secrets,
          files: Object.entries(definition.files ?? {}).map(([path, url]) => ({
            path,
            mode: 0o444,
            content: readFileSync(fileURLToPath(url)),
          })),
        }),
      points: () => Promise.resolve([point]),
    };
  }

  /** As its Swarm service starts it. */
  #startOf(definition: StatefulDefinition): ServiceStart {
    const sized = definition.sizing?.(bytes(definition.limits.memory)) ?? {};
    return {
      image: this.#image,
      user: definition.user,
      entrypoint: definition.entrypoint ?? null,
      args: [...(definition.args ?? []), ...(sized.args ?? [])],
      env: Object.entries({ ...definition.env, ...sized.env }).map(([name, value]) => `${name}=${value}`),
      memory: bytes(definition.limits.memory),
      readOnlyRoot: definition.writableRoot === undefined,
      capabilities: definition.capabilities ?? [],
      scratch: Object.fromEntries(
        Object.entries(definition.scratch ?? {}).map(([path, size]) => [path, bytes(size)]),
      ),
      configs: [],
    };
  }

  /** No container, no clone and no secret. */
  async nothingIsLeft(): Promise<void> {
    assert.deepEqual(await this.docker.aloneWith(proofLabel), []);
    assert.equal(existsSync(this.clone), false);
    assert.equal(existsSync(join(this.#folder, "given")), false);
  }

  remove(): void {
    this.#xfs.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
