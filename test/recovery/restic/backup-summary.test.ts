import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseBackupSummary } from "../../../recovery/restic/backup-summary.ts";

const summary = {
  message_type: "summary",
  files_new: 1,
  files_changed: 2,
  files_unmodified: 4,
  data_added: 70,
  total_files_processed: 7,
  total_bytes_processed: 900,
  total_duration: 1.5,
  snapshot_id: "5e1f",
};

describe("parseBackupSummary", () => {
  it("finds the summary among other lines", () => {
    const lines = [
      '{"message_type":"status","percent_done":1}',
      JSON.stringify(summary),
      "a warning",
      "{",
      "",
    ];
    assert.deepEqual(parseBackupSummary(lines.join("\n")), {
      snapshot: "5e1f",
      files: 7,
      filesChanged: 3,
      bytes: 900,
      bytesAdded: 70,
      seconds: 1.5,
    });
  });

  it("is null when restic printed none", () => {
    assert.equal(parseBackupSummary('{"message_type":"status","percent_done":1}\n'), null);
  });
});
