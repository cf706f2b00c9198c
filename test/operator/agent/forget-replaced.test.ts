import assert from "node:assert/strict";
import { test } from "node:test";
import { forgetReplaced } from "../../../operator/agent/forget-replaced.ts";
import { FakeRemote } from "../ssh/fake-remote.ts";

const id = "20261101T000000Z-from-p0";

/** A host that lists one, and says what it was asked. */
class HostWithReplaced extends FakeRemote {
  override async run(...[argv, options]: Parameters<FakeRemote["run"]>): ReturnType<FakeRemote["run"]> {
    this.stdout = argv.includes("replaced")
      ? JSON.stringify({ replaced: [{ id, bytes: 2_000_000 }] })
      : JSON.stringify({ removed: id });
    return super.run(argv, options);
  }
  asked(): string[] {
    return this.calls.map(({ argv }) => argv.slice(1).join(" "));
  }
}

function arrange(answer: string | null = null) {
  const host = new HostWithReplaced();
  const said: string[] = [];
  const ask = answer === null ? null : async () => answer;
  return { host, said, given: { host, id, planOnly: false, yes: false, ask, say: (line: string) => said.push(line) } };
} // prettier-ignore

test("shows the size first, and removes it once agreed to", async () => {
  const { host, said, given } = arrange("y");
  assert.equal(await forgetReplaced(given), true);
  assert.deepEqual(said, [
    `Restore ${id} moved 2.0 MB aside: the live data from before that restore. Removed, it is gone for good; what recovery points hold of it stays.`,
  ]);
  assert.deepEqual(host.asked(), ["replaced", `forget-replaced ${id}`]);
});

test("--yes asks nobody, --plan removes nothing", async () => {
  const { host, given } = arrange();
  assert.equal(await forgetReplaced({ ...given, planOnly: true, yes: true }), false);
  assert.deepEqual(host.asked(), ["replaced"]);
  assert.equal(await forgetReplaced({ ...given, yes: true }), true);
});

test("nothing is removed without a yes, nor under another name", async () => {
  for (const [answer, why] of [
    ["", /^RecoveryError: --forget: not agreed; nothing was removed\.$/],
    [null, /^RecoveryError: --forget: nobody is here to agree; nothing was removed\. Add --yes\.$/],
  ] as const) {
    const { host, given } = arrange(answer);
    await assert.rejects(forgetReplaced(given), why);
    assert.deepEqual(host.asked(), ["replaced"]);
  }
  const { host, given } = arrange("y");
  await assert.rejects(
    forgetReplaced({ ...given, id: "20261101" }),
    /expected a restore that moved data aside on this host, got "20261101"\. There are:\n {2}20261101T000000Z-from-p0, 2\.0 MB$/,
  );
  assert.deepEqual(host.asked(), ["replaced"]);
});
