import assert from "node:assert/strict";
import test from "node:test";
import * as field from "../../../components/config/fields.ts";
import { nearest } from "../../../catalog/nearest.ts";
import { hostKey } from "../support/program.ts";

const cases = {
  byteSize: { good: ["1KiB", "512MiB", "2GiB"], bad: ["0MiB", "512MB", "1.5GiB", "512", "1 GiB", "-1MiB"] },
  duration: { good: ["500ms", "2s", "4m", "48h"], bad: ["0s", "5", "5 m", "1d", "1.5m"] },
  interval: { good: ["30s", "5m", "1h", "12h"], bad: ["7m", "45s", "24h", "90s", "0m"] },
  hostname: {
    good: ["127.0.0.1", "prod.example.com", "localhost"],
    bad: ["", "-a", "a_b", "http://x", "a..b"],
  },
  hostKey: {
    good: [hostKey, `${hostKey} root@vps`],
    bad: [
      "AAAAC3Nz",
      `[127.0.0.1]:22 ${hostKey}`,
      "ssh-ed25519 short",
      hostKey.replace("ssh-ed25519", "ecdsa-sha2-nistp256"),
    ],
  },
  device: { good: ["/dev/vdb", "/dev/disk/by-id/x-1"], bad: ["vdb", "/dev/../etc/passwd x", "/mnt"] },
  endpoint: {
    good: ["http://10.0.0.3:9000", "https://a.r2.cloudflarestorage.com"],
    bad: ["10.0.0.3:9000", "https://a/b"],
  },
  bucket: { good: ["kaleem-backup"], bad: ["ab", "Kaleem", "a/b"] },
  keyPrefix: { good: ["", "a", "a/b"], bad: ["/a", "a/", "a//b"] },
  registry: { good: ["10.0.0.4:5000"], bad: ["10.0.0.4", "http://10.0.0.4:5000"] },
} as const;

for (const [name, { good, bad }] of Object.entries(cases)) {
  test(`${name} takes what it should and nothing else`, () => {
    const schema = field[name as keyof typeof cases];
    for (const value of good) assert.ok(schema.safeParse(value).success, value);
    for (const value of bad) assert.ok(!schema.safeParse(value).success, value);
  });
}

test("a password is safe in a connection string and in redis.conf", () => {
  const { password } = field.secretForms;
  assert.ok(password.safeParse("aA0._~!@%^*+=:-xyz").success);
  for (const wrong of ["short", 'with"quote-is-too-risky', "with space 1234567", "back\\slash12345678"]) {
    assert.ok(!password.safeParse(wrong).success, wrong);
  }
});

test("the nearest word is found, a far one is not", () => {
  assert.equal(nearest("memroy", ["memory", "cpus"]), "memory");
  assert.equal(nearest("cloudflare", ["memory", "cpus"]), undefined);
});
