import { rename } from "node:fs/promises";
import { join } from "node:path";
import { selectParts } from "../../../catalog/portable/select-parts.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { layout } from "../../../contract/layout.ts";
import { dumpManifestSchema, type DumpManifest } from "../../dumps/dump-manifest.ts";
import { dumpsOf, type Dump } from "../../dumps/dumps.ts";
import {
  fetchDumpsRequestSchema,
  type FetchDumpsRequest,
  type FetchedDumps,
} from "../../dumps/fetch-request.ts";
import { readDump } from "../../dumps/read-dump.ts";
import type { Restic } from "../../restic/restic.ts";
import type { AgentContext } from "../context.ts";

/**
 * `kaleem-agent fetch-dumps`: places dumps of a repository where an import of that id reads its files, held against their manifests; the request
 * as JSON on stdin. The repository on this host is asked first.
 */
export async function fetchDumpsCommand(context: AgentContext, given: string): Promise<FetchedDumps> {
  const request = parseRequest(given);
  const folder = join(layout.imports, request.id);
  const sources: FetchedDumps["sources"] = [];
  for (const id of request.dumps) {
    const { dump, repository } = await find(context, id);
    const manifest = await manifestOf(dump, repository);
    await context.log.phase(`fetch ${id}`, () =>
      repository.restore(dump.data, folder, undefined, { signal: context.interrupted }),
    );
    const path = join(folder, manifest.source);
    await rename(join(folder, manifest.file), path);
    const whole = await readDump(manifest, path, request);
    const portable = context.stores.find(({ name }) => name === manifest.source)?.recovery.portable;
    sources.push(request.only === undefined ? whole : selectParts(whole, request.only, portable));
  }
  return { sources };
}

function parseRequest(given: string): FetchDumpsRequest {
  let value: unknown;
  try {
    value = JSON.parse(given);
  } catch {
    value = undefined;
  }
  const parsed = fetchDumpsRequestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join(".") || "(all)").join(", ");
  throw new RecoveryError(
    exitCodes.usage,
    `fetch-dumps: expected a request as JSON on stdin, got something else: ${fields}: run ./kaleem up, so that agent and tools are of one version.`,
  );
}

async function find(
  context: AgentContext,
  id: string,
): Promise<{ readonly dump: Dump; readonly repository: Restic }> {
  for (const repository of [context.local, context.offsite]) {
    const dump = dumpsOf(await repository.snapshots()).find((one) => one.id === id);
    if (dump !== undefined) return { dump, repository };
  }
  throw new RecoveryError(
    exitCodes.noPoint,
    `There is no dump ${id}, here or off-site: ./kaleem dumps lists those that there are.`,
  );
}

async function manifestOf({ id, source, file, manifest }: Dump, repository: Restic): Promise<DumpManifest> {
  const text = await repository.dump(manifest, `/${source}.manifest.json`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = dumpManifestSchema.safeParse(value);
  // The file's name becomes a path here.
  if (parsed.success && parsed.data.id === id && parsed.data.file === file && !file.includes("/"))
    return parsed.data;
  throw new RecoveryError(
    exitCodes.repositoryDamaged,
    `${source}: the manifest of the dump ${id} cannot be understood: take another dump, and check the repository.`,
  );
}
