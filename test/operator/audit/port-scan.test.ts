import assert from "node:assert/strict";
import { test } from "node:test";
import { scanLimits } from "../../../operator/audit/port-scan.ts";

const scan = { address: "192.0.2.7", tried: [22, 80, 443, 2377, 7946], open: [22, 80, 443] };
const first =
  "5 TCP ports of 192.0.2.7 were tried, from this computer alone; its other addresses and UDP were not.";

test("a scan says from where it was made, and what it did not try", () => {
  assert.deepEqual(scanLimits(scan, { listening: [22, 80, 443] }), [first]);
});

test("what listens and does not answer may be closed by others than the machine", () => {
  assert.deepEqual(scanLimits(scan, { listening: [22, 80, 443, 2377, 7946, 50_000] }), [
    first,
    "Something listens on 2377, 7946 and did not answer: whether the machine's own filter closes that, or something between here " +
      "and there, cannot be seen from here.",
    "Something listens on 50000, which was not tried; leave out --fast to try every port.",
  ]);
});

test("a machine whose sshd does not answer either is not called closed", () => {
  const [, second] = scanLimits({ ...scan, open: [] }, { listening: [] });
  assert.match(
    second ?? "",
    /^None answered, sshd's own included, so something between here and the machine/,
  );
});
