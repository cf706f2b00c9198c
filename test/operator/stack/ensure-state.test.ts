import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { ensureState } from "../../../operator/stack/ensure-state.ts";
import type { StackContext } from "../../../toolchain/engine/stack-context.ts";
import { fakePath } from "../../toolchain/engine/fake-path.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kaleem-state-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** An engine whose backend has these stacks, and notes when it makes one. */
function context(stacks: string): StackContext {
  const programs = fakePath({
    pulumi: `shift 2
case "$1 $2" in
"stack ls") echo '${stacks}' ;;
"whoami --verbose") echo '{"url":"s3://mine"}' ;;
"stack init") echo "$*" > '${folder}/made' ;;
*) exit 9 ;;
esac`,
  });
  const stackFile = join(folder, "Pulumi.prod.yaml");
  writeFileSync(stackFile, "secretsprovider: awskms://key\n");
  return {
    engine: {
      pulumi: join(programs, "pulumi"),
      version: "3.259.0",
      source: "built",
      pathPrepend: [],
      env: {},
      providers: {
        docker: "stand-in",
        command: "stand-in",
        cloudflare: "stand-in",
        random: "stand-in",
        aws: "stand-in",
      },
    },
    project: folder,
    stack: "prod",
    stackFile,
    stateDirectory: join(folder, "state"),
    passphraseFile: join(folder, "passphrase"),
    own: true,
  };
}

test("a state that is there is left alone, and nobody is asked", async () => {
  await ensureState(context('[{"name":"organization/kaleem/prod"}]'), () => assert.fail("asked"));
  assert.equal(existsSync(join(folder, "made")), false);
});

test("one that is not is made once somebody agreed to the place, with the secrets provider that the file names", async () => {
  const asked: string[] = [];
  await ensureState(context("[]"), (question) => {
    asked.push(question);
    return Promise.resolve();
  });
  assert.deepEqual(asked, ["Stack prod has no state in s3://mine. Make an empty one?"]);
  assert.equal(existsSync(join(folder, "made")), true);
});

test("without a yes none is made", async () => {
  await assert.rejects(
    ensureState(context("[]"), (question) => Promise.reject(new Error(question))),
    { message: "Stack prod has no state in s3://mine. Make an empty one?" },
  );
  assert.equal(existsSync(join(folder, "made")), false);
});
