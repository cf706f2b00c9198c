import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseOffsiteCredentials } from "../../../recovery/lineage/offsite-credentials.ts";

const file =
  "# made by up\n[other]\naws_access_key_id = no\n\n[default]\naws_access_key_id = ID\naws_secret_access_key=a=b/+c\n";

describe("parseOffsiteCredentials", () => {
  it("reads the profile default, whatever its spacing", () => {
    assert.deepEqual(parseOffsiteCredentials(file, "f"), { accessKeyId: "ID", secretAccessKey: "a=b/+c" });
  });

  it("names what is missing, and never a value", () => {
    assert.throws(
      () => parseOffsiteCredentials("[default]\naws_secret_access_key = hush\n", "/etc/x"),
      /^RecoveryError: \/etc\/x: the profile \[default\] has no aws_access_key_id: run `pulumi up` to write it again\.$/,
    );
    assert.throws(
      () => parseOffsiteCredentials("", "f"),
      /has no aws_access_key_id and no aws_secret_access_key/,
    );
  });
});
