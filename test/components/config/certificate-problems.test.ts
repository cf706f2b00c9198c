import assert from "node:assert/strict";
import test from "node:test";
import {
  certificateProblems,
  type GivenCertificate,
} from "../../../components/config/certificate-problems.ts";
import { issueCertificate } from "../../../operator/policy/trial-certificate.ts";

const serverName = "kaleem.example.com";
const root = issueCertificate({ name: "root.example.com" });
const authority = issueCertificate({ name: "authority.example.com", issuer: root });
const leaf = (name: string, ...extensions: string[]) =>
  issueCertificate({
    name,
    issuer: authority,
    extensions: ["basicConstraints=critical,CA:FALSE", ...extensions],
  });
const own = leaf(serverName, "authorityInfoAccess=caIssuers;URI:http://authority.example.com/ca.der");
const other = leaf("*.other.example.com");
const day = 86_400_000;

const good: GivenCertificate = {
  chain: own.certificate + authority.certificate,
  key: own.key,
  serverName,
  isPublic: true,
  now: new Date(),
};
const problems = (change: Partial<GivenCertificate>) => certificateProblems({ ...good, ...change });

test("a chain in order, for the name, in time, with its key, is taken", () => {
  assert.deepEqual(problems({}), []);
  assert.deepEqual(problems({ chain: good.chain + root.certificate }), []);
  assert.deepEqual(problems({ chain: own.certificate, isPublic: false }), []);
  assert.deepEqual(
    problems({
      chain: other.certificate,
      key: other.key,
      isPublic: false,
      serverName: "a.other.example.com",
    }),
    [],
  );
});

const refused: Record<string, [Partial<GivenCertificate>, string]> = {
  "another key": [
    { key: other.key },
    "certificate of CN=kaleem.example.com: expected the certificate of the key edge-tls-key, got that of another key; set the two together",
  ],
  "a key with a passphrase": [
    { key: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" },
    "edge-tls-key: cannot be read as a private key without a passphrase",
  ],
  "a certificate for another name": [
    { serverName: "elsewhere.example.com" },
    "certificate of CN=kaleem.example.com: expected a certificate for elsewhere.example.com, got one for DNS:kaleem.example.com",
  ],
  "a certificate for a name where an address is asked for": [
    { serverName: "10.0.0.1" },
    "certificate of CN=kaleem.example.com: expected a certificate for 10.0.0.1, got one for DNS:kaleem.example.com",
  ],
  "a chain the wrong way round": [
    { chain: own.certificate + root.certificate + authority.certificate },
    "certificate of CN=root.example.com: did not sign the one before it (certificate of CN=kaleem.example.com); the server's own comes first, then each one's issuer",
  ],
  "a public certificate without its issuer's": [
    { chain: own.certificate },
    "certificate of CN=kaleem.example.com: its issuer's certificate is missing, without which many clients refuse it; give the full chain",
  ],
  "half a certificate": [
    { chain: own.certificate.slice(0, 300) },
    "expected certificates in PEM, got one that cannot be read; copy each whole, with its BEGIN and END lines",
  ],
};
for (const [what, [change, sentence]] of Object.entries(refused)) {
  test(`${what} is refused`, () => {
    assert.ok(problems(change).includes(sentence), problems(change).join("\n"));
  });
}

test("a certificate past its time, or before it, is refused with the day", () => {
  const [late = ""] = problems({
    now: new Date(Date.now() + 3 * day),
    chain: own.certificate,
    isPublic: false,
  });
  assert.match(
    late,
    /^certificate of CN=kaleem\.example\.com: expired on \d{4}-\d\d-\d\d; get a new one, or set edge\.tls to \{kind: self-signed\}/,
  );
  const [early = ""] = problems({ now: new Date(Date.now() - day), chain: own.certificate, isPublic: false });
  assert.match(early, /^certificate of CN=kaleem\.example\.com: not valid before \d{4}-\d\d-\d\d$/);
});

test("a certificate that signed itself is no given one", () => {
  const alone = issueCertificate({ name: serverName });
  assert.match(
    problems({ chain: alone.certificate, key: alone.key }).join("\n"),
    /signed by itself, so no client trusts it/,
  );
});

test("what is said never holds the key", () => {
  const line = own.key.split("\n")[1] ?? "";
  for (const [change] of Object.values(refused)) assert.ok(!problems(change).join("\n").includes(line));
});
