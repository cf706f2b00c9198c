import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CloudflareEmulator } from "../../../local/cloud/cloudflare/emulator.ts";
import { Zone } from "../../../operator/cutover/zone.ts";
import { file, name, zoneId } from "./situations.ts";

const token = "own-token-of-the-account-0123456789";
const noDns = "token-without-dns-0123456789-abcdef";
let emulator: CloudflareEmulator;
before(async () => {
  emulator = await CloudflareEmulator.start({
    id: "0123456789abcdef0123456789abcdef",
    zones: { [zoneId]: "example.com" },
    tokens: { [token]: ["dns write"], [noDns]: ["r2 write"] },
  });
});
after(() => emulator.stop());

const zone = (id = zoneId, given = token) =>
  new Zone(id, given, file, { CLOUDFLARE_BASE_URL: emulator.baseUrl });
const make = (body: object) =>
  fetch(`${emulator.baseUrl}/zones/${zoneId}/dns_records`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ ttl: 60, ...body }),
  });

test("gives the address records of a name, and no others", async () => {
  assert.deepEqual(await zone().addressRecords(name), []);
  await make({ name, type: "A", content: "203.0.113.7" });
  await make({ name, type: "TXT", content: "hello" });
  await make({ name: `www.${name}`, type: "A", content: "203.0.113.8" });
  const found = await zone().addressRecords(name);
  assert.deepEqual(
    found.map(({ type, content, proxied }) => ({ type, content, proxied })),
    [{ type: "A", content: "203.0.113.7", proxied: false }],
  );
});

test("a token without the permission is told which, and never shown", async () => {
  await assert.rejects(zone(zoneId, noDns).addressRecords(name), (error: Error) => {
    assert.match(
      error.message,
      /^Pulumi\.account\.yaml: cloudflare-api-token: expected a token with DNS Write for zone fedc.*\(403\)/,
    );
    assert.ok(!error.message.includes(noDns));
    return true;
  });
});

test("a zone that is not found is named, with where its id is shown", async () => {
  await assert.rejects(
    zone("0".repeat(32)).addressRecords(name),
    /^RecoveryError: Pulumi\.account\.yaml: account\.zone: expected the id of a zone that the token may see, got 0{32}, which Cloudflare does not find/,
  );
});
