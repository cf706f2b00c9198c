import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CommandStack } from "../../toolchain/providers/command/command-stack.ts";

/**
 * What the host file of a sealed stack file rests upon, in the real engine: a content that looks different each time is no change, and a
 * new one goes with a new digest. Without a command the resource runs nothing, so that no host is needed.
 */
let stack: CommandStack;
before(async () => {
  stack = await CommandStack.create();
});
after(() => stack.remove());

const file = (stdin: string, digest: string) => ({
  connection: { host: "127.0.0.1", port: 1 },
  commands: {
    sealed: {
      stdin,
      triggers: ["host", "/path", digest],
      options: { ignoreChanges: ["stdin"], deleteBeforeReplace: true },
    },
  },
});

test("another ciphertext of the same content is no change; that of another content takes its place", async () => {
  await stack.up(file("ciphertext-1", "digest-1"));
  const again = await stack.up(file("ciphertext-2", "digest-1"));
  assert.deepEqual([again.changes.update, again.changes.replace], [0, 0]);
  assert.match(await stack.stateText(), /ciphertext-1/);
  const changed = await stack.up(file("ciphertext-3", "digest-2"));
  assert.equal(changed.changes.replace, 1);
  const state = await stack.stateText();
  assert.match(state, /ciphertext-3/);
  assert.doesNotMatch(state, /ciphertext-[12]/);
});
