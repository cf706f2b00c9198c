import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StallWatch } from "../../../recovery/agent/stall-watch.ts";

const second = 1_000;
const still = { bytes: 0, written: 0, cpuMs: 0 };

describe("StallWatch", () => {
  it("lets a program go on for as long as it moves bytes, however slowly", () => {
    const watch = new StallWatch(60 * second, 0);
    for (let at = second; at < 86_400 * second; at += second) {
      watch.look(at, { ...still, bytes: at / 2 }, 0);
      assert.equal(watch.stalledFor(at), null);
    }
  });

  it("tells one that stands still, and for how long", () => {
    const watch = new StallWatch(60 * second, 0);
    watch.look(10 * second, { ...still, bytes: 1_000_000 }, 0);
    watch.look(69 * second, { ...still, bytes: 1_000_500 }, 0);
    assert.equal(watch.stalledFor(69 * second), null);
    watch.look(70 * second, { ...still, bytes: 1_000_900 }, 0);
    assert.equal(watch.stalledFor(70 * second), 60 * second);
  });

  it("does not take what it tells us, or a refreshed lock, for progress", () => {
    const watch = new StallWatch(60 * second, 0);
    watch.look(59 * second, { ...still, bytes: 5_000_000 }, 4_990_000);
    watch.line(59 * second, '{"message_type":"status","seconds_elapsed":59,"percent_done":0}');
    watch.line(59 * second, "Save(<data/ab>) returned error, retrying after 1s");
    assert.equal(watch.stalledFor(60 * second), 60 * second);
  });

  it("takes reckoning for work, and a status that gets on", () => {
    const reckons = new StallWatch(60 * second, 0);
    reckons.look(50 * second, { ...still, cpuMs: 40 * second }, 0);
    assert.equal(reckons.stalledFor(70 * second), null);
    const tells = new StallWatch(60 * second, 0);
    const line = '{"message_type":"status","seconds_elapsed":1,"files_done":7,"bytes_done":0}';
    tells.line(50 * second, line);
    assert.equal(tells.stalledFor(70 * second), null);
    tells.line(109 * second, line.replace('"seconds_elapsed":1', '"seconds_elapsed":60'));
    assert.equal(tells.stalledFor(110 * second), 60 * second);
  });
});
