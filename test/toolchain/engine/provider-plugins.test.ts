import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { chooseProvider, type ProviderSearch } from "../../../toolchain/engine/provider-plugins.ts";
import { pulumiHome } from "../../../toolchain/engine/pulumi-home.ts";
import { fakePath } from "./fake-path.ts";

const folder = mkdtempSync(join(tmpdir(), "kaleem plugins-"));
let run = 0;
beforeEach(() => {
  run += 1;
  process.env["KALEEM_CACHE"] = join(folder, `cache-${String(run)}`);
  process.env["HOME"] = join(folder, "home");
});
after(() => {
  rmSync(folder, { recursive: true });
});

/** A checkout with the SDK packages, and stand-ins that print what they were given. */
const root = join(folder, "check'out");
for (const [name, version] of Object.entries({ docker: "5.2.0", command: "1.2.1" })) {
  mkdirSync(join(root, "node_modules", "@pulumi", name), { recursive: true });
  writeFileSync(join(root, "node_modules", "@pulumi", name, "package.json"), JSON.stringify({ version }));
  mkdirSync(join(root, "toolchain", "providers", name), { recursive: true });
  writeFileSync(
    join(root, "toolchain", "providers", name, "main.ts"),
    `const who: string = "${name}"; console.log(who, process.argv.slice(2).join());`,
  );
}

const choose = (
  name: "docker" | "command",
  search: Partial<ProviderSearch> = {},
): ReturnType<typeof chooseProvider> =>
  chooseProvider(name, { root, environment: { PATH: "/nowhere" }, ...search }, () => undefined);

function installPlugin(home: string, name: string, version: string): string {
  const directory = join(home, "plugins", `resource-${name}-v${version}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `pulumi-resource-${name}`), "");
  chmodSync(join(directory, `pulumi-resource-${name}`), 0o755);
  return directory;
}

test("without any official plugin the stand-in is used, and runs on this Node.js with its arguments", async () => {
  const chosen = await choose("command");
  assert.equal(chosen.source, "stand-in");
  const printed = execFileSync(join(chosen.path ?? "", "pulumi-resource-command"), ["127.0.0.1:1"], {
    encoding: "utf8",
  });
  assert.equal(printed, "command 127.0.0.1:1\n");
});

test("an official plugin on PATH is never overridden, nor does it stand for the other one", async () => {
  const environment = { PATH: fakePath({ "pulumi-resource-docker": "" }) };
  assert.deepEqual(await choose("docker", { environment }), { source: "official" });
  const command = await choose("command", { environment });
  assert.equal(command.source, "stand-in");
  assert.equal(existsSync(join(command.path ?? "", "pulumi-resource-docker")), false);
});

test("an official plugin that Pulumi installed is used, if it is the version of the SDK", async () => {
  const home = join(folder, "pulumi-home");
  installPlugin(home, "docker", "5.1.0");
  const environment = { PATH: "/nowhere", PULUMI_HOME: home };
  assert.equal((await choose("docker", { environment })).source, "stand-in");
  const directory = installPlugin(home, "docker", "5.2.0");
  assert.deepEqual(await choose("docker", { environment }), { source: "official", path: directory });
});

test("the official pulumi fetches what is missing; when it cannot, it is not asked again the same day", async () => {
  const log = join(folder, "asked");
  const fetching = (fails: boolean): string =>
    join(fakePath({ pulumi: `echo "$@" >> '${log}'; exit ${fails ? "1" : "0"}` }), "pulumi");
  assert.equal((await choose("docker", { installer: fetching(true) })).source, "stand-in");
  assert.equal((await choose("docker", { installer: fetching(true) })).source, "stand-in");
  const asked = execFileSync("cat", [log], { encoding: "utf8" });
  assert.equal(asked, "plugin install resource docker 5.2.0\n");
  const directory = installPlugin(pulumiHome(), "command", "1.2.1");
  assert.deepEqual(await choose("command", { installer: fetching(false) }), {
    source: "official",
    path: directory,
  });
});

test("nothing is fetched where KALEEM_OFFLINE forbids it", async () => {
  const log = join(folder, "offline-asked");
  const installer = join(fakePath({ pulumi: `: > '${log}'` }), "pulumi");
  const environment = { PATH: "/nowhere", KALEEM_OFFLINE: "1" };
  assert.equal((await choose("docker", { installer, environment })).source, "stand-in");
  assert.equal(existsSync(log), false);
});
