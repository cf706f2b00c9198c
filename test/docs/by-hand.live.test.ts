import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { dumpId, dumpsHost, dumpTags, type DumpPart } from "../../recovery/dumps/dump-tags.ts";
import { Restic } from "../../recovery/restic/restic.ts";
import { byHandLines, dumpedFiles } from "./support/by-hand.ts";
import { presentRestic } from "../recovery/restic/present-restic.ts";
import { textOf } from "./support/sources.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem-by-hand-"));
/** One plain file and one archive: a restic takes a second a run, and the lines of all others are the same but for names. */
const tried = dumpedFiles().filter(({ source }) => ["redis", "qdrant"].includes(source));
const passwordFile = join(folder, "password");
const repository = join(folder, "repository");
before(async () => {
  await presentRestic(folder);
  writeFileSync(passwordFile, "test-password");
  const restic = new Restic({ url: repository, passwordFile }, null, join(folder, "cache"));
  await restic.init();
  for (const { source, file } of tried) {
    const content = join(folder, file);
    mkdirSync(join(folder, source), { recursive: true });
    writeFileSync(join(folder, source, "a file"), source);
    if (file.endsWith(".tar"))
      execFileSync("tar", ["--create", "--file", content, "--directory", folder, source]);
    else writeFileSync(content, `what ${source} held`);
    const instant = "2026-12-01T02:00:00.000Z";
    const tags = { id: dumpId(source, instant), lineage: "prod-1", source, instant };
    const sha256 = createHash("sha256").update(readFileSync(content)).digest("hex");
    const manifest = join(folder, `${source}.manifest`);
    writeFileSync(manifest, JSON.stringify({ content: { sha256 } }));
    const keep = (which: DumpPart, from: string, name: string) =>
      restic.backupOutput({ command: ["cat", from], file: name }, dumpsHost("prod-1"), dumpTags(tags, which));
    await keep("data", content, file);
    await keep("manifest", manifest, `${source}.manifest.json`);
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

test("each line of the page that needs no store runs as it stands, and gives what was dumped", () => {
  const cwd = mkdtempSync(join(folder, "typed-"));
  const env = { ...process.env, RESTIC_REPOSITORY: repository, RESTIC_PASSWORD_FILE: passwordFile };
  const lines = byHandLines(textOf("docs/runbooks/by-hand.md")).filter((line) =>
    tried.some(({ source }) => line.includes(source)),
  );
  const answers = lines.map((line) => ({
    line,
    said: execFileSync("sh", ["-c", line], {
      cwd,
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    }),
  }));
  for (const { source, file } of tried) {
    assert.ok(readFileSync(join(cwd, file)).equals(readFileSync(join(folder, file))), file);
    const saying = (begin: string): string => answers.find(({ line }) => line.startsWith(begin))?.said ?? "";
    const sum = saying(`sha256sum ${file}`).slice(0, 64);
    assert.match(sum, /^[0-9a-f]{64}$/);
    const told = answers.find(
      ({ line }) => line.endsWith(` ${source}.manifest.json`) && line.startsWith("grep"),
    );
    assert.equal(told?.said.trim(), `"sha256":"${sum}"`, source);
  }
});
