import assert from "node:assert/strict";
import { test } from "node:test";
import { checksOf } from "../../../operator/stack/business-checks.ts";
import { ledgerCheck } from "../../../contract/business-check.ts";
import { sampleApplications, sampleBusinessChecks, sampleCheck } from "../../catalog/sample-catalog.ts";

const mail = {
  write: { path: "/api/mails", body: { subject: "{seq} {run}" } },
  reads: { stored: { path: "/api/mails/{id}" } },
};
const read = (checks: unknown, applications: unknown = {}) =>
  checksOf(
    { config: { "kaleem:businessChecks": checks, "kaleem:applications": applications } },
    "Pulumi.prod.yaml",
  );
/** What is wrong, without the file's name. */
function problems(checks: unknown): readonly string[] {
  try {
    read(checks);
  } catch (error) {
    return (error as Error).message.split("\n").map((line) => line.replace("Pulumi.prod.yaml: ", ""));
  }
  return [];
}

test("little is to be written: the rest is what most APIs do", () => {
  assert.deepEqual(read({ mail }).checks, {
    mail: {
      ledger: true,
      write: {
        method: "POST",
        path: "/api/mails",
        headers: {},
        body: { subject: "{seq} {run}" },
        status: 201,
        id: "$.id",
        equals: {},
      },
      reads: {
        stored: {
          method: "GET",
          path: "/api/mails/{id}",
          headers: {},
          status: 200,
          missing: 404,
          equals: {},
          withinMs: 0,
        },
      },
    },
  });
});

test("a stack without any has none, and no ledger", () => {
  const { checks } = checksOf({ config: {} }, "Pulumi.prod.yaml");
  assert.deepEqual(checks, {});
  assert.equal(ledgerCheck(checks), null);
});

test("the sample's are read from its file: the order keeps the ledger, the webhook is signed by who takes it", () => {
  const { checks, signer } = read(sampleBusinessChecks, sampleApplications);
  assert.equal(ledgerCheck(checks), checks["order"]);
  assert.equal(sampleCheck("order").reads["receipt"]?.withinMs, 60_000);
  assert.deepEqual(signer(checks["webhook"]?.write.sign?.secret ?? ""), {
    service: "webhooks",
    file: "signing-key",
  });
  assert.equal(signer("jwt-secret"), null);
});

const wrong: readonly [title: string, checks: unknown, problem: string][] = [
  [
    "a check that nothing reads",
    { mail: { ...mail, reads: {} } },
    "businessChecks.mail.reads: expected one read or more, by name, got {}",
  ],
  [
    "a placeholder that names nothing",
    { mail: { ...mail, reads: { stored: { path: "/api/mails/{run}" } } } },
    'businessChecks.mail.reads.stored: expected placeholders of {id}, {seq}, {time}, got {"path":"/api/mails/{run}"}; {run} stands for nothing here; a brace is {{',
  ],
  [
    "two ledgers",
    { mail, other: mail },
    "businessChecks.other.ledger: missing; expected true for one check at most",
  ],
  [
    "a record that nothing is compared with",
    { mail: { ...mail, reads: { stored: { path: "/a", record: "$" } } } },
    'businessChecks.mail.reads.stored.record: expected a write with record beside it, got "$"; write.record says what it is compared with',
  ],
  [
    "a path into an answer that is none",
    { mail: { ...mail, write: { path: "/a", id: "id" } } },
    'businessChecks.mail.write.id: expected a place in an answer such as $.id or $.items[0].name; $ is the whole, got "id"',
  ],
  [
    "a ledger of signed writes",
    {
      mail: { ...mail, write: { path: "/a", sign: { secret: "mail-key", header: "x-sign" } }, ledger: true },
    },
    "businessChecks.mail.ledger: expected false beside a write that is signed, got true; the host signs each call, which is too slow for many a second",
  ],
];
for (const [title, checks, problem] of wrong) {
  test(`refused: ${title}`, () => {
    assert.deepEqual(problems(checks), [problem]);
  });
}
