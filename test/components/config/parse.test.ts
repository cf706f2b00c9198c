import assert from "node:assert/strict";
import test from "node:test";
import { ConfigError } from "../../../components/config/config-error.ts";
import { parseConfig } from "../../../components/config/parse.ts";
import { catalog } from "../../../catalog/catalog.ts";
import { issuedFor } from "../../../operator/policy/trial-certificate.ts";
import { secrets, validValues } from "../support/program.ts";

const valid = validValues();
const encrypted = new Set(Object.keys(secrets));
/** Every key of the top level, those that may be left out included. */
const knownKeys = [
  ...Object.keys(valid),
  "businessChecks",
  "edge-tls-key",
  "firstInstall",
  "imagesFrom",
  "kit",
].sort();

function parse(
  values: Record<string, string | undefined>,
  also: { encrypted?: ReadonlySet<string>; exists?: boolean } = {},
) {
  const given = Object.entries({ ...valid, ...values }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return parseConfig(
    {
      file: "Pulumi.local.yaml",
      values: Object.fromEntries(given),
      encrypted: also.encrypted ?? encrypted,
      fileExists: () => also.exists ?? true,
      now: new Date(),
    },
    catalog,
  );
}

/** The one message, or all of them, that spoiling one thing gives. */
function refused(
  values: Record<string, string | undefined>,
  message: string,
  also?: Parameters<typeof parse>[1],
) {
  assert.throws(
    () => parse(values, also),
    (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.message, message);
      return true;
    },
  );
}

/** A valid block with one part changed. */
function changed(key: string, change: (block: Record<string, object>) => unknown): Record<string, string> {
  const block = JSON.parse(valid[key] ?? "") as Record<string, object>;
  return { [key]: JSON.stringify(change(block)) };
}

test("takes a whole, valid configuration and fills in defaults", () => {
  const settings = parse(changed("edge", () => ({ serverName: "localhost", tls: { kind: "self-signed" } })));
  assert.equal(settings.edge.maxBody, "10MiB");
  assert.equal(settings.closed, false);
  assert.equal(settings.host.kind === "ssh" && settings.host.port, 20010);
  assert.equal(settings.services["redis"]?.memory, "512MiB");
});

test("a wrong size says where, what is expected and what it got", () => {
  refused(
    changed("services", (services) => ({ ...services, redis: { memory: "1 gig", cpus: 1 } })),
    'Pulumi.local.yaml: services.redis.memory: expected a size such as 512MiB, got "1 gig"',
  );
});

test("sshd is reached on no port that the edge answers customers on", () => {
  for (const port of [80, 443])
    refused(
      changed("host", (host) => ({ ...host, port })),
      `Pulumi.local.yaml: host.port: expected another port than those of the edge, 80 and 443: let sshd listen on another one, got ${port}`,
    );
});

test("a time of the day at which something is dumped stands in its list once", () => {
  refused(
    changed("backups", (backups) => ({ ...backups, dumps: { mongo: ["02:10", "14:10", "02:10"] } })),
    'Pulumi.local.yaml: backups.dumps.mongo: expected times that differ from one another, got ["02:10","14:10","02:10"]',
  );
});

test("a misspelt key names the nearest one", () => {
  refused({ backup: "{}" }, "Pulumi.local.yaml: backup: unknown key; did you mean backups?");
  refused({ fenced: "false" }, "Pulumi.local.yaml: fenced: renamed; write closed");
  refused(
    changed("services", ({ redis, ...others }) => ({ ...others, redis: { ...redis, memroy: "1GiB" } })),
    "Pulumi.local.yaml: services.redis.memroy: unknown key; did you mean memory?",
  );
  refused(
    { "redis-pasword": "x" },
    "Pulumi.local.yaml: redis-pasword: unknown key; did you mean redis-password?",
  );
});

test("an unknown key with nothing near lists what is known there", () => {
  refused(
    changed("edge", (edge) => ({ ...edge, cloudflare: true })),
    "Pulumi.local.yaml: edge.cloudflare: unknown key; known here: maxBody, serverName, tls",
  );
});

test("an unknown key in a data volume is refused too", () => {
  refused(
    { dataVolume: '{"kind":"loop","sizeGiB":4,"sizeGib":4}' },
    "Pulumi.local.yaml: dataVolume.sizeGib: unknown key; did you mean sizeGiB?",
  );
});

test("a data volume of an unknown kind says which there are", () => {
  refused(
    { dataVolume: '{"kind":"zfs"}' },
    'Pulumi.local.yaml: dataVolume.kind: expected {kind: loop, sizeGiB: …} or {kind: device, device: …}, got "zfs"',
  );
});

test("a missing secret says how to set it", () => {
  refused(
    { "redis-password": undefined },
    "Pulumi.local.yaml: redis-password: missing secret; set it with: pulumi config set --secret redis-password",
  );
});

test("a secret in plain text is refused", () => {
  refused(
    {},
    "Pulumi.local.yaml: redis-password: a secret in plain text; set it with: pulumi config set --secret redis-password",
    { encrypted: new Set([...encrypted].filter((key) => key !== "redis-password")) },
  );
});

test("a secret of the wrong form is refused without showing it", () => {
  refused(
    { "redis-password": "has a space in it" },
    "Pulumi.local.yaml: redis-password: expected 16 or more letters, digits or ._~!@%^*+=:-; the value is not shown; " +
      "set it with: pulumi config set --secret redis-password",
  );
});

test("a value that the file keeps secret is never shown", () => {
  refused(
    { imageLock: '{"token":"hush"}' },
    "Pulumi.local.yaml: imageLock: expected a path, got a value that the file keeps secret",
    { encrypted: new Set([...encrypted, "imageLock"]) },
  );
});

test("a missing key says what is expected there", () => {
  refused({ imageLock: undefined }, "Pulumi.local.yaml: imageLock: missing; expected a path");
  refused({ offsite: undefined }, "Pulumi.local.yaml: offsite: missing; expected keys with values");
});

test("a text where a flag belongs, and a flag where a block belongs, are refused", () => {
  refused({ closed: "maybe" }, 'Pulumi.local.yaml: closed: expected true or false, got "maybe"');
  refused({ backups: "true" }, "Pulumi.local.yaml: backups: expected keys with values, got true");
});

test("an interval that a calendar cannot express is refused", () => {
  refused(
    changed("backups", (backups) => ({ ...backups, pointEvery: "7m" })),
    "Pulumi.local.yaml: backups.pointEvery: expected an interval that divides a minute, an hour or a day evenly, " +
      'such as 30s, 5m or 1h, got "7m"',
  );
});

test("a file that is not there is named", () => {
  assert.throws(() => parse({ imageLock: "nowhere.json" }, { exists: false }), {
    message:
      /^Pulumi\.local\.yaml: host\.privateKeyFile: expected a file that exists, got .*\n.*\n.*imageLock: expected a file that exists, got "nowhere\.json"$/,
  });
});

test("every problem is reported at once", () => {
  refused(
    { closed: "maybe", imageLock: undefined, extra: "1", "restic-password": undefined },
    [
      "Pulumi.local.yaml: imageLock: missing; expected a path",
      'Pulumi.local.yaml: closed: expected true or false, got "maybe"',
      "Pulumi.local.yaml: extra: unknown key; known here: " + knownKeys.join(", "),
      "Pulumi.local.yaml: restic-password: missing secret; set it with: pulumi config set --secret restic-password",
    ].join("\n"),
  );
});

const given = issuedFor("localhost");
const withCertificate = (tls: object) => changed("edge", (edge) => ({ ...edge, tls }));
const cloudflare = withCertificate({ kind: "cloudflare-origin", certificate: given.certificate });
const withKey = { encrypted: new Set([...encrypted, "edge-tls-key"]) };

test("a given certificate needs its key, as a secret; a self-signed one needs none", () => {
  assert.equal(
    parse({ ...cloudflare, "edge-tls-key": given.key }, withKey).edge.tls.kind,
    "cloudflare-origin",
  );
  const set = "set it with: pulumi config set --secret edge-tls-key";
  refused(cloudflare, `Pulumi.local.yaml: edge-tls-key: missing secret; ${set}`);
  refused(
    { ...cloudflare, "edge-tls-key": given.key },
    `Pulumi.local.yaml: edge-tls-key: a secret in plain text; ${set}`,
  );
  refused(
    { ...cloudflare, "edge-tls-key": "not a key" },
    `Pulumi.local.yaml: edge-tls-key: expected a private key in PEM, without a passphrase; the value is not shown; ${set}`,
    withKey,
  );
});

test("a certificate that does not fit is refused before anything is touched", () => {
  refused(
    { ...cloudflare, "edge-tls-key": issuedFor("localhost").key },
    "Pulumi.local.yaml: edge.tls.certificate: certificate of CN=localhost: expected the certificate of the key edge-tls-key, " +
      "got that of another key; set the two together",
    withKey,
  );
});

test("a private key beside the certificate, where it would lie in plain text, is refused", () => {
  assert.throws(
    () =>
      parse(
        {
          ...withCertificate({ kind: "files", certificate: given.certificate + given.key }),
          "edge-tls-key": given.key,
        },
        withKey,
      ),
    /edge\.tls\.certificate: expected certificates in PEM \(-----BEGIN CERTIFICATE-----…\) and nothing else, got "-----BEGIN CERTIFICATE/,
  );
});

test("no message ever holds a secret's value", () => {
  assert.throws(
    () => parse({ closed: "maybe", extra: "1" }, { encrypted: new Set() }),
    (error) =>
      error instanceof ConfigError && Object.values(secrets).every((value) => !error.message.includes(value)),
  );
});

test("an alert's channel wants its secret; one that is left out wants none", () => {
  const settings = parse({
    monitoring: undefined,
    "alert-page-key": undefined,
    "alert-chat-url": undefined,
  });
  assert.deepEqual(settings.monitoring, {});
  refused(
    { "alert-page-key": undefined },
    "Pulumi.local.yaml: alert-page-key: missing secret; set it with: pulumi config set --secret alert-page-key",
  );
});

const noLongerThan = (got: string) =>
  "Pulumi.local.yaml: backups: expected pointEvery + shipTimeout of 15m or less, since mongo promises to lose no more, " +
  `got ${got}; shorten the interval`;

test("a schedule is judged by what the stores promise to lose at most", () => {
  const schedule = (pointEvery: string, shipTimeout: string) =>
    changed("backups", (backups) => ({ ...backups, pointEvery, shipTimeout }));
  parse(schedule("5m", "10m"));
  parse(schedule("10m", "5m"));
  refused(schedule("12h", "4m"), noLongerThan("12h4m (12h + 4m)"));
  refused(schedule("10m", "301s"), noLongerThan("15m1s (10m + 301s)"));
});

test("a stack file of before shipping followed each point is still read, and one that leaves its interval out has a default", () => {
  const shipEvery = (given: object) =>
    parse(changed("backups", (backups) => ({ ...backups, shipEvery: undefined, ...given }))).backups
      .shipEvery;
  assert.equal(shipEvery({ shipEvery: "5m" }), "5m");
  assert.equal(shipEvery({}), "15m");
});

test("a lock is judged by how long every point is kept off-site", () => {
  const held = (lockFor: string, within: string) =>
    changed("backups", (backups) => ({
      ...backups,
      lockFor,
      keepOffsite: { within, daily: 7, weekly: 4, monthly: 6 },
    }));
  const { backups } = parse({});
  assert.deepEqual([backups.lockFor, backups.keepOffsite.within], ["336h", "360h"]);
  parse(held("335h", "336h"));
  refused(
    held("336h", "336h"),
    "Pulumi.local.yaml: backups.lockFor: expected less than keepOffsite.within (336h), since what the bucket's lock holds cannot be forgotten, " +
      "got 336h; lengthen keepOffsite.within to 360h, or shorten the lock",
  );
  refused(
    changed("backups", (block) => ({ ...block, lockFor: "14d" })),
    'Pulumi.local.yaml: backups.lockFor: expected a time of whole hours such as 48h, got "14d"; write 336h',
  );
});

test("a limit is judged by what waits for it", () => {
  refused(
    changed("backups", (backups) => ({ ...backups, pauseLimit: "1h" })),
    'Pulumi.local.yaml: backups.pauseLimit: expected a time such as 500ms, 30s or 5m, got "1h"; ' +
      "10s is the most: customers wait as long as the stores stand still",
  );
});

test("a retention that restic would take for months is refused with the right form", () => {
  refused(
    changed("backups", (backups) => ({ ...backups, keep: { ...backups["keep"], within: "90m" } })),
    'Pulumi.local.yaml: backups.keep.within: expected a time of whole hours such as 48h, got "90m"; write 2h',
  );
});

test("a service is given no less memory than a quarter of what the catalog gives it, and nothing absurd", () => {
  const mongo = (memory: string) =>
    changed("services", (services) => ({ ...services, mongo: { memory, cpus: 1 } }));
  parse(mongo("512MiB"));
  const where = "Pulumi.local.yaml: services.mongo.memory: expected a size such as 512MiB, got";
  refused(
    mongo("1KiB"),
    `${where} "1KiB"; 512MiB is the least: a quarter of the 2GiB that the catalog gives mongo`,
  );
  refused(mongo(`1${"0".repeat(29)}GiB`), `${where} "1${"0".repeat(29)}GiB"; 1024GiB is the most`);
});

test("a bucket with a dot is refused where its service knows none", () => {
  const endpoint = "https://account.r2.cloudflarestorage.com";
  const offsite = (bucket: string) => ({ offsite: JSON.stringify({ endpoint, bucket }) });
  parse(offsite("kaleem-backup"));
  refused(
    offsite("kaleem.backup"),
    `Pulumi.local.yaml: offsite.bucket: expected a bucket of the service at ${endpoint}, got "kaleem.backup"; ` +
      "R2 knows no bucket with a dot in its name",
  );
});

test("a number in quotes, and a text without, are told how to be written", () => {
  refused(
    changed("host", (host) => ({ ...host, port: "22" })),
    'Pulumi.local.yaml: host.port: expected a port from 1 to 65535, got "22"; write it without quotes: 22',
  );
  refused(
    changed("offsite", (offsite) => ({ ...offsite, region: 7 })),
    "Pulumi.local.yaml: offsite.region: expected a region such as auto or us-east-1, got 7; write a text: in quotes, and times and sizes with their unit",
  );
});

test("what is wrong with one block hides nothing that is wrong with another", () => {
  refused(
    {
      ...changed("host", (host) => ({ ...host, address: "999.1.1.1" })),
      ...changed("backups", (backups) => ({ ...backups, pointEvery: "12h" })),
      ...changed("edge", (edge) => ({
        ...edge,
        tls: { kind: "files", certificate: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" },
      })),
      "alert-page-key": undefined,
    },
    [
      'Pulumi.local.yaml: host.address: expected a host name or an IPv4 address, got "999.1.1.1"; an IPv4 address has four numbers ' +
        "from 0 to 255, without leading zeros, such as 192.0.2.7",
      "Pulumi.local.yaml: alert-page-key: missing secret; set it with: pulumi config set --secret alert-page-key",
      "Pulumi.local.yaml: edge-tls-key: missing secret; set it with: pulumi config set --secret edge-tls-key",
      noLongerThan("12h4m (12h + 4m)"),
      "Pulumi.local.yaml: edge.tls.certificate: expected certificates in PEM, got one that cannot be read; copy each whole, with its BEGIN and END lines",
    ].join("\n"),
  );
});

test("a secret that only a block asks for is not missed while that block is wrong itself", () => {
  refused(
    { ...changed("monitoring", () => ({ page: { kind: "pagerduti" } })), "alert-page-key": undefined },
    'Pulumi.local.yaml: monitoring.page.kind: expected pagerduty, got "pagerduti"',
  );
});

test("what is wrong with the file's text is told with the rest", () => {
  const values = { ...valid, closed: "maybe" };
  assert.throws(
    () =>
      parseConfig(
        {
          file: "f",
          values,
          encrypted,
          fileExists: () => true,
          now: new Date(),
          textProblems: ["host.port: octal"],
        },
        catalog,
      ),
    { message: 'f: host.port: octal\nf: closed: expected true or false, got "maybe"' },
  );
});

test("the authority of clients is judged as a certificate too", () => {
  const tls = (clientAuthority: string) => ({
    ...withCertificate({ kind: "cloudflare-origin", certificate: given.certificate, clientAuthority }),
    "edge-tls-key": given.key,
  });
  parse(tls(given.authority.certificate), withKey);
  refused(
    tls("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    "Pulumi.local.yaml: edge.tls.clientAuthority: expected certificates in PEM, got one that cannot be read; copy each whole, with its BEGIN and END lines",
    withKey,
  );
  refused(
    tls(given.certificate),
    "Pulumi.local.yaml: edge.tls.clientAuthority: certificate of CN=localhost: expected an authority's certificate, got one that may not sign others",
    withKey,
  );
});

test("a key of the off-site bucket that a file in INI's form would change is refused without showing it", () => {
  refused(
    { "offsite-secret-access-key": "abc#def;ghi" },
    "Pulumi.local.yaml: offsite-secret-access-key: expected a key of letters, digits or /+=._~:@- as S3 services issue them; " +
      "one with other characters has to be replaced there; the value is not shown; set it with: pulumi config set --secret offsite-secret-access-key",
  );
});

test("a password in an address, and a private key where none belongs, are not shown", () => {
  refused(
    changed("offsite", (offsite) => ({ ...offsite, endpoint: "https://me:hush@s3.example.com" })),
    "Pulumi.local.yaml: offsite.endpoint: expected an address such as https://s3.example.com, without a path, " +
      'got "https://…@s3.example.com"; write it without a user or password before the @',
  );
  assert.throws(
    () => parse(changed("host", (host) => ({ ...host, hostKey: given.key }))),
    /host\.hostKey: expected a public host key .*, got a private key, which is not shown; that is a private key, which does not belong here; get it with: ssh-keyscan/,
  );
});

test("what opens a recovery kit is refused where its recipient belongs, and is shown nowhere", () => {
  const identity = `AGE-SECRET-KEY-1${"Q".repeat(58)}`;
  for (const kit of [{ recipient: identity }, { recipient: identity.toLowerCase() }, identity])
    assert.throws(
      () => parse({ kit: typeof kit === "string" ? kit : JSON.stringify(kit) }),
      (error: Error) => {
        assert.match(
          error.message,
          /kit(\.recipient)?: expected .*, got what opens a recovery kit, which is not shown/,
        );
        assert.ok(!/QQQQ/i.test(error.message));
        return true;
      },
    );
  refused(
    { kit: JSON.stringify({ recipient: "age1x" }) },
    'Pulumi.local.yaml: kit.recipient: expected a recovery kit\'s recipient, age1… of 62 characters, got "age1x"; ./kaleem kit --out FILE makes a kit and writes its recipient',
  );
});

test("a key of another kind of block is told the keys of its own", () => {
  refused(
    { dataVolume: '{"kind":"loop","sizeGiB":8,"device":"/dev/vdb"}' },
    "Pulumi.local.yaml: dataVolume.device: unknown key; known here: kind, sizeGiB",
  );
  refused(
    changed("monitoring", (monitoring) => ({ ...monitoring, mail: { ...monitoring["mail"], form: "x" } })),
    "Pulumi.local.yaml: monitoring.mail.form: unknown key; did you mean from?",
  );
});
