import assert from "node:assert/strict";
import { test } from "node:test";
import { openWithPassphrase } from "../../../operator/kit/passphrase-crypter.ts";

/** As Pulumi 3.259 wrote them for a passphrase and values made for this. */
const passphrase = "test passphrase ü";
const salt = "v1:LsZKwK2kfPM=:v1:swdQU9kyBdDPg0OY:wgGnDnnic/aZye/XJ6LI2kGVFiuc8Q==";
const secure = "v1:D0R1UlNUosBggl3H:mcDdgTEZHXEqYlNx/ERddcFZ9SJXB2DqQYc71tw/CCNH6K5YHNs2rQ==";

test("opens what Pulumi has encrypted with a passphrase", () => {
  const open = openWithPassphrase(passphrase, salt);
  assert.ok(open);
  assert.equal(open(secure), "sécret value\nwith lines");
  assert.equal(open(secure.replace("mcDd", "mcDe")), null, "what was altered");
  assert.equal(open("something else"), null);
});

test("another passphrase opens nothing, nor does any where there is no salt", () => {
  assert.equal(openWithPassphrase("test passphrase", salt), null);
  assert.equal(openWithPassphrase(passphrase, "v1:abc"), null);
  assert.equal(openWithPassphrase(passphrase, ""), null);
});
