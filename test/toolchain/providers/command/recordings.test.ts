import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { copyToRemote } from "../../../../toolchain/providers/command/copy-to-remote.ts";
import { remoteCommand } from "../../../../toolchain/providers/command/remote-command.ts";
import { recordedCalls } from "../recorded-calls.ts";
import { comparable, replay } from "./replay.ts";

for (const { type, fixture } of [
  { type: remoteCommand, fixture: "command-remote-command.json" },
  { type: copyToRemote, fixture: "command-remote-copy-to-remote.json" },
]) {
  describe(`${type.token} answers as the official plugin did`, () => {
    for (const [index, call] of recordedCalls(fixture).entries()) {
      it(`${call.method} ${String(index)}: ${call.case}`, async () => {
        assert.deepEqual(comparable(call, await replay(type, call)), comparable(call, call.response));
      });
    }
  });
}
