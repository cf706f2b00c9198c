import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Decrypter, armor, generateX25519Identity, identityToRecipient } from "age-encryption";
import { seal } from "../../../components/kit/seal.ts";
import {
  contentDigest,
  renderContent,
  stackContentSchema,
  withoutSecrets,
} from "../../../components/kit/stack-content.ts";

const file = (salt: string, secure: string): string => `# The prod stack.
encryptionsalt: v1:${salt}
config:
  kaleem:host: # the machine
    address: prod.example.com
  kaleem:restic-password:
    secure: v1:${secure}
  kaleem:closed: false # not yet
  kaleem:redis-password: { secure: v1:${secure} }
`;

describe("what is sealed", () => {
  it("is the stack's file without anything encrypted, comments included", () => {
    const plain = withoutSecrets(file("aaa", "bbb"));
    assert.equal(
      plain,
      "# The prod stack.\nconfig:\n  kaleem:host:\n    # the machine\n    address: prod.example.com\n  kaleem:closed: false # not yet\n",
    );
    assert.equal(withoutSecrets(plain), plain);
  });

  it("is the same however its secrets were encrypted, and by what", () => {
    const kms = `secretsprovider: awskms://alias/x\nencryptedkey: abc\n${file("ccc", "ddd").replace(/^encryptionsalt.*\n/m, "")}`;
    assert.equal(withoutSecrets(file("aaa", "bbb")), withoutSecrets(file("ccc", "ddd")));
    assert.equal(withoutSecrets(kms), withoutSecrets(file("aaa", "bbb")));
  });

  it("is one text for one content, in whatever order, and has one name for one recipient", () => {
    const content = { version: 1 as const, stack: "prod", file: "config: {}\n" };
    const one = renderContent({ ...content, secrets: { a: "1", b: "2" } });
    assert.equal(renderContent({ ...content, secrets: { b: "2", a: "1" } }), one);
    assert.deepEqual(stackContentSchema.parse(JSON.parse(one)), { ...content, secrets: { a: "1", b: "2" } });
    const other = renderContent({ ...content, secrets: { a: "1", b: "3" } });
    const names = [contentDigest(one, "age1x"), contentDigest(one, "age1y"), contentDigest(other, "age1x")];
    assert.equal(new Set(names).size, 3);
    assert.equal(contentDigest(one, "age1x"), names[0]);
  });

  it("is opened by the kit's passphrase alone, and looks different each time", async () => {
    const identity = await generateX25519Identity();
    const recipient = await identityToRecipient(identity);
    const sealed = await seal("the content", recipient);
    assert.notEqual(await seal("the content", recipient), sealed);
    assert.match(sealed, /^-----BEGIN AGE ENCRYPTED FILE-----\n/);
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    assert.equal(await decrypter.decrypt(armor.decode(sealed), "text"), "the content");
  });
});
