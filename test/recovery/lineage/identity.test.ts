import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readIdentity } from "../../../recovery/lineage/identity.ts";

const machine = "0123456789abcdef0123456789abcdef";
const reading = (text: string | null) => ({ readFile: () => Promise.resolve(text) });

describe("readIdentity", () => {
  it("names a root without a lineage after its own host, generation 0", async () => {
    assert.deepEqual(await readIdentity(reading(null), "/l", machine), {
      lineage: "host-01234567",
      generation: 0,
      founded: null,
    });
  });

  it("reads a root that has a lineage", async () => {
    const founded = { lineage: "prod-1", generation: 3, host: machine };
    assert.deepEqual(await readIdentity(reading(JSON.stringify(founded)), "/l", machine), {
      lineage: "prod-1",
      generation: 3,
      founded,
    });
  });

  it("takes a damaged file for an error, never for none", async () => {
    for (const text of ["", "{", '{"lineage":""}']) {
      await assert.rejects(
        readIdentity(reading(text), "/l", machine),
        /^RecoveryError: \/l cannot be understood/,
      );
    }
  });
});
