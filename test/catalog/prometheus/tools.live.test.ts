import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { catalog } from "../sample-catalog.ts";
import { deliveredFiles } from "../../../components/services/delivered-files.ts";
import { LocalCommandError } from "../../../local/images/command.ts";
import { docker } from "../../../local/images/docker.ts";
import { localImage } from "../../../local/images/local-image.ts";
import { monitoringImage } from "../../../local/images/monitoring/image.ts";
import { silentProgress } from "../../../workstation/progress.ts";
import { facts } from "../monitoring/facts.ts";

const work = await mkdtemp(path.join(tmpdir(), "kaleem-monitoring-"));
let image = "";

/** Every file that monitoring's services get, at its path, below a folder; alerts' tests beside their rules. */
before(async () => {
  image = (await localImage(monitoringImage, silentProgress)).reference;
  for (const channels of ["all", "none"] as const) {
    for (const definition of catalog) {
      for (const [file, content] of deliveredFiles(definition, facts(channels))) {
        const target = path.join(work, channels, file);
        await mkdir(path.dirname(target), { recursive: true });
        await writeFile(target, content);
      }
    }
  }
  for (const name of ["alerts", "quarterly"]) {
    const source = fileURLToPath(new URL(`${name}.test.yml`, import.meta.url));
    await cp(source, path.join(work, `all/etc/prometheus/${name}.test.yml`));
  }
});
after(async () => {
  await rm(work, { recursive: true });
});

/** Runs a tool of the image with one of the trees as its /etc; nothing of it is on a network. */
async function tool(channels: "all" | "none", argv: readonly string[]): Promise<string> {
  const mount = `${path.join(work, channels, "etc")}:/checked/etc:ro`;
  return docker([
    "run",
    "--rm",
    "--network",
    "none",
    "--volume",
    mount,
    "--workdir",
    "/checked",
    image,
    ...argv,
  ]);
}

const prometheus = "/checked/etc/prometheus";

test("Prometheus takes its configuration, and promtool all rules, without a remark", async () => {
  const config = await tool("all", [
    "promtool",
    "check",
    "config",
    "--syntax-only",
    `${prometheus}/prometheus.yml`,
  ]);
  assert.match(config, /SUCCESS/);
  const names = ["platform", "recovery", "host", "deployment", "monitoring", "objectives", "jobs"];
  const files = names.map((name) => `${prometheus}/rules/${name}.yml`);
  await tool("all", ["promtool", "check", "rules", "--lint=all", "--lint-fatal", ...files]);
});

test("a rule that is not PromQL is refused", async () => {
  const file = path.join(work, "all/etc/prometheus/broken.yml");
  await writeFile(file, "groups: [{name: x, rules: [{alert: X, expr: 'sum((up)'}]}]\n");
  await assert.rejects(
    tool("all", ["promtool", "check", "rules", `${prometheus}/broken.yml`]),
    LocalCommandError,
  );
});

test("every alert fires when it must, and not when it must not", async () => {
  for (const name of ["alerts", "quarterly"])
    assert.match(
      await tool("all", ["promtool", "test", "rules", `${prometheus}/${name}.test.yml`]),
      /SUCCESS/,
    );
});

const config = "--config.file=/checked/etc/alertmanager/alertmanager.yml";

test("Alertmanager takes its configuration, with every channel and with none", async () => {
  for (const channels of ["all", "none"] as const)
    assert.match(
      await tool(channels, ["amtool", "check-config", "/checked/etc/alertmanager/alertmanager.yml"]),
      /SUCCESS/,
    );
});

test("SEV1 and SEV2 page, SEV3 goes by mail, all go to the chat, and the watchdog to nobody but its service", async () => {
  const routes: readonly (readonly [
    channels: "all" | "none",
    alert: string,
    severity: string,
    to: string,
  ])[] = [
    ["all", "StoreDown", "SEV1", "page,chat"],
    ["all", "BackupFailed", "SEV2", "page,chat"],
    ["all", "ApiSlow", "SEV3", "mail,chat"],
    ["all", "Watchdog", "SEV3", "heartbeat"],
    ["none", "StoreDown", "SEV1", "page-unset,chat-unset"],
  ];
  for (const [channels, alert, severity, to] of routes) {
    const labels = [`alertname=${alert}`, `severity=${severity}`];
    assert.equal(
      (await tool(channels, ["amtool", "config", "routes", "test", config, ...labels])).trim(),
      to,
      alert,
    );
  }
});

test("the blackbox exporter takes its configuration, and syslog-ng the log shipper's", async () => {
  await tool("all", [
    "blackbox_exporter",
    "--config.file=/checked/etc/blackbox_exporter/config.yml",
    "--config.check",
  ]);
  await tool("all", [
    "syslog-ng",
    "--syntax-only",
    "--no-caps",
    "--cfgfile=/checked/etc/kaleem/syslog-ng.conf",
  ]);
});

test("Redis' password reaches its exporter by a file that only it may read", async () => {
  const script = await readFile(path.join(work, "all/etc/kaleem/entrypoint"), "utf8");
  assert.match(script, /umask 077/);
  assert.doesNotMatch(script, /--redis\.password[ =]/);
});
