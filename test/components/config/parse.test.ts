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
const knownKeys = [...Object.keys(valid), "edge-tls-key"].sort();

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
  assert.equal(settings.host.port, 20010);
  assert.equal(settings.services["redis"]?.memory, "512MiB");
});

test("a wrong size says where, what is expected and what it got", () => {
  refused(
    changed("services", (services) => ({ ...services, redis: { memory: "1 gig", cpus: 1 } })),
    'Pulumi.local.yaml: services.redis.memory: expected a size such as 512MiB, got "1 gig"',
  );
});

test("a misspelt key names the nearest one", () => {
  refused({ backup: "{}" }, "Pulumi.local.yaml: backup: unknown key; did you mean backups?");
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
