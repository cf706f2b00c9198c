import assert from "node:assert/strict";
import { test } from "node:test";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { recipientAdvice } from "../../../components/kit/recipient.ts";

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);
const mistyped = recipient.slice(0, -1) + (recipient.endsWith("q") ? "p" : "q");

test("a recipient is taken", () => {
  assert.equal(recipientAdvice(recipient), undefined);
});

const wrong: [title: string, value: string, advice: RegExp][] = [
  [
    "what opens the kit",
    identity,
    /^that is the passphrase of a recovery kit: .* make a new kit: \.\/kaleem kit --renew/,
  ],
  [
    "what opens the kit, in small letters",
    identity.toLowerCase(),
    /^that is the passphrase of a recovery kit/,
  ],
  ["one that is mistyped", mistyped, /^it is mistyped: its checksum does not fit/],
  ["one that is cut off", recipient.slice(0, -4), /^\.\/kaleem kit --out FILE makes a kit/],
  ["one in capitals", recipient.toUpperCase(), /^write it in lower case$/],
  ["one with spaces around it", ` ${recipient}`, /^write it without spaces/],
  ["a key of SSH", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", /^keys of SSH open no kit/],
  ["another kind of recipient", `age1pq1${"q".repeat(60)}`, /^recipients of other kinds than X25519/],
];
for (const [title, value, advice] of wrong) {
  test(`${title} is refused, and told nothing of`, () => {
    const said = recipientAdvice(value) ?? "";
    assert.match(said, advice);
    assert.ok(!said.includes(value.slice(20, 40)));
  });
}
