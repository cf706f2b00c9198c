import assert from "node:assert/strict";
import { test } from "node:test";
import { catalog } from "../../../catalog/catalog.ts";
import { exitCodes } from "../../../contract/exit-codes.ts";
import { refuseFlags, type UpFlags } from "../../../operator/deploy/refuse-flags.ts";

const stores = catalog.filter(({ kind }) => kind === "stateful").map(({ name }) => name);
const prod = { name: "prod", kind: "remote" } as const;
const local = { name: "local", kind: "local" } as const;

test("what a stack has a use for is taken", () => {
  refuseFlags(prod, { takeState: true, replaceData: ["mongo", "redis"] }, catalog);
  refuseFlags(local, { recover: "kit.json" }, catalog);
  refuseFlags(local, {}, catalog);
});

const wrong: readonly [typeof prod | typeof local, UpFlags, string][] = [
  [
    prod,
    { recover: "kit.json" },
    "up: --recover: stack prod runs on a machine of yours; a lost one comes back by ./kaleem recover --kit FILE --host USER@ADDRESS",
  ],
  [
    prod,
    { replaceData: ["mongo", "mongod", "api"] },
    `up: --replace-data: expected stores (${stores.join(", ")}), got "mongod", "api"`,
  ],
  [
    local,
    { takeState: true, replaceData: ["redsi"] },
    "up: --take-state: stack local runs on a machine that is emulated here, and no other state manages that\n" +
      "up: --replace-data: stack local runs on a machine that is emulated here, and is asked about nothing; leave it out\n" +
      `up: --replace-data: expected stores (${stores.join(", ")}), got "redsi"`,
  ],
];
for (const [stack, flags, message] of wrong)
  test(`refuses ${Object.keys(flags).join(" and ")} for ${stack.name}`, () => {
    assert.throws(() => refuseFlags(stack, flags, catalog), { message, exitCode: exitCodes.usage });
  });
