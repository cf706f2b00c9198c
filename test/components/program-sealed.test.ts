import assert from "node:assert/strict";
import { before, test } from "node:test";
import { armor, Decrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { stackContentSchema } from "../../components/kit/stack-content.ts";
import { layout } from "../../contract/layout.ts";
import { type Declared, runProgram, secrets, validValues } from "./support/program.ts";

let declared: readonly Declared[] = [];
const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);

before(async () => {
  ({ declared } = await runProgram({ ...validValues(), kit: JSON.stringify({ recipient }) }, "staging"));
});

const named = (name: string): Declared => {
  const found = declared.find((each) => each.name === name);
  assert.ok(found, `${name} is declared`);
  return found;
};
const sealed = (): Declared => named("agent-sealed-stack-file-content");

test("the stack's file goes to the host sealed to the kit, and in no other form", async () => {
  const { inputs } = sealed();
  assert.match(String(inputs["create"]), new RegExp(layout.sealedStackFile));
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const text = await decrypter.decrypt(armor.decode(String(inputs["stdin"])), "text");
  const content = stackContentSchema.parse(JSON.parse(text));
  assert.equal(content.stack, "staging");
  assert.equal(content.file, "config: {}\n");
  assert.deepEqual(content.secrets, secrets);
  assert.ok(declared.every(({ name }) => !name.startsWith("agent-escrow")));
});

test("it changes with what is sealed, and to whom, not with how it looks", () => {
  const { inputs, ignoreChanges } = sealed();
  assert.deepEqual(ignoreChanges, ["stdin"]);
  const [, path, digest] = inputs["triggers"] as string[];
  assert.equal(path, layout.sealedStackFile);
  assert.match(digest ?? "", /^[0-9a-f]{32}$/);
});

test("other files change with their content", () => {
  // A decision is made once: what is said of it later is no change.
  const decision = "lineage-decision";
  for (const { name, ignoreChanges } of declared)
    if (name !== sealed().name && name !== decision) assert.ok(!ignoreChanges.includes("stdin"), name);
});

test("the agent knows the public half of the kit, and nothing has the other", () => {
  const config = String(named("agent-config-content").inputs["stdin"]);
  assert.deepEqual((JSON.parse(config) as { kit: unknown }).kit, { recipient });
  assert.ok(!JSON.stringify(declared).includes(identity));
});
