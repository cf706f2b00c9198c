import assert from "node:assert/strict";
import { test } from "node:test";
import { selectNamespaces } from "../../../catalog/mongo/portable.ts";
import { selectParts } from "../../../catalog/portable/select-parts.ts";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { sourceOf } from "../support/portable-source.ts";

const collections = ["orders", "customers"].map((name) => ({
  path: `database/shop/collection/${name}`,
  kind: "collections",
}));
const source = sourceOf({ store: "mongo", name: "mongo.archive", parts: ["shop"], stated: collections });
const portable = { select: selectNamespaces };
const refusal = (code: number, sentence: RegExp) => (error: unknown) =>
  error instanceof RecoveryError && error.exitCode === code && sentence.test(error.message);

test("what is left of a file is what was named", () => {
  const { only, parts, stated } = selectParts(source, ["shop.orders"], portable);
  assert.deepEqual([only, parts, stated], [["shop.orders"], ["shop.orders"], collections.slice(0, 1)]);
});

test("what the file has not is told with what is near, and with what it has", () => {
  assert.throws(
    () => selectParts(source, ["shop.ordes", "shop.orders", "else"], portable),
    refusal(
      exitCodes.noData,
      /^--only: mongo: mongo\.archive of 2025-10-01T03:00:00\.000Z has no shop\.ordes; is shop\.orders meant\?\n--only: .* has no else\nIt has shop, shop\.orders, shop\.customers\. An older or newer dump may have it: \.\/kaleem dumps lists them\.\nNothing was changed\.$/,
    ),
  );
});

test("a store whose file is loaded whole alone takes no part of it", () => {
  assert.throws(
    () => selectParts({ ...source, store: "redis" }, ["order:1"], undefined),
    refusal(
      exitCodes.usage,
      /^--only: a dump of redis is loaded whole, not in parts: \.\/kaleem restore --service redis brings all of it back\n/,
    ),
  );
});
