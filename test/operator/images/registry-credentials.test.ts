import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { registryCredentials } from "../../../operator/images/registry-credentials.ts";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-docker-"));
});
after(() => rmSync(folder, { recursive: true }));

test("nobody has logged in: asks as anybody", async () => {
  assert.equal(await registryCredentials("ghcr.io", join(folder, "none")), null);
});

test("finds the account of a registry, and Docker Hub's under the name that docker login keeps it", async () => {
  const auths = {
    "ghcr.io": { auth: "Z2g=" },
    "https://index.docker.io/v1/": { auth: "aHVi" },
    "quay.io": {},
  };
  writeFileSync(join(folder, "config.json"), JSON.stringify({ auths, credsStore: "desktop" }));
  assert.equal(await registryCredentials("ghcr.io", folder), "Basic Z2g=");
  assert.equal(await registryCredentials("registry-1.docker.io", folder), "Basic aHVi");
  assert.equal(await registryCredentials("quay.io", folder), null);
});

test("a file that Docker could not have written is named", async () => {
  writeFileSync(join(folder, "config.json"), '{"auths":[]}');
  await assert.rejects(
    registryCredentials("ghcr.io", folder),
    new RegExp(`^Error: ${folder}/config\\.json: `),
  );
});
