import { test } from "node:test";
import { assertRefusedForDigests } from "./support/refused-for-digests.ts";

test("staging is refused for the image digests that are to be filled, and for nothing else", () =>
  assertRefusedForDigests("staging"));
