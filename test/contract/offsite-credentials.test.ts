import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseOffsiteCredentials, renderOffsiteCredentials } from "../../contract/offsite-credentials.ts";

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

describe("renderOffsiteCredentials", () => {
  it("round-trips whatever can be printed", () => {
    const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
    const keys = [
      ...printable.map((one) => `${one}a${one} b${one}`),
      '"quoted"',
      "'quoted'",
      "#a;b",
      "; c",
      "[default]",
      "a = b",
      printable.join(""),
    ];
    for (const secretAccessKey of keys)
      for (const accessKeyId of ["ID", secretAccessKey])
        assert.deepEqual(
          parseOffsiteCredentials(renderOffsiteCredentials({ accessKeyId, secretAccessKey }), "f"),
          {
            accessKeyId,
            secretAccessKey,
          },
        );
  });

  it("refuses what the file cannot hold, all at once, and never quotes it", () => {
    assert.throws(
      () => renderOffsiteCredentials({ accessKeyId: " hush", secretAccessKey: "hu\nsh" }),
      /^RecoveryError: offsite-access-key-id: expected no space at its ends, got some; offsite-secret-access-key: expected characters that can be printed, got others: set the key as the service shows it\.$/,
    );
    assert.throws(
      () => renderOffsiteCredentials({ accessKeyId: "", secretAccessKey: "schlüssel" }),
      /offsite-access-key-id: expected a key, got nothing; offsite-secret-access-key: expected char/,
    );
  });
});
