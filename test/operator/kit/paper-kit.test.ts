import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generateX25519Identity } from "age-encryption";
import { exitCodes, RecoveryError } from "../../../contract/exit-codes.ts";
import { isPaperKit, parsePaperKit, printKit } from "../../../operator/kit/paper-kit.ts";
import { parseRecoveryKit, type RecoveryKit } from "../../../operator/kit/recovery-kit.ts";

const identity = await generateX25519Identity();
const kit: RecoveryKit = {
  stack: "prod",
  endpoint: "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com",
  bucket: "kaleem-prod-backup",
  prefix: "",
  region: "auto",
  accessKeyId: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  passphrase: identity,
};
/** The kit without one of its values. */
const without = (key: keyof RecoveryKit): Omit<RecoveryKit, "stack"> =>
  Object.fromEntries(Object.entries(kit).filter(([each]) => each !== key)) as Omit<RecoveryKit, "stack">;
const paper = printKit(kit);
/** The numbered lines alone. */
const numbered = paper.split("\n").filter((line) => /^\s*\d/.test(line));

function refusal(text: string): string[] {
  try {
    parsePaperKit(text, "kit.txt");
  } catch (error) {
    assert.ok(error instanceof RecoveryError);
    assert.equal(error.exitCode, exitCodes.usage);
    return error.message.split("\n");
  }
  return assert.fail("it was taken");
}

/** The lines with one changed. */
const with_ = (index: number, change: (line: string) => string): string =>
  numbered.map((line, at) => (at === index ? change(line) : line)).join("\n");
const at = (label: string): number => numbered.findIndex((line) => line.includes(` ${label} `));

describe("a kit on paper", () => {
  it("has short lines in groups of four, each with its check", () => {
    for (const line of numbered) assert.match(line, /^[ \d]\d [a-z-]{3,10} +\S.{0,24} +=[0-9A-Z]{4}$/);
    assert.match(numbered[at("key-secret")] ?? "", / key-secret ([0-9A-Z]{4} ){4}[0-9A-Z]{4} /);
    assert.ok(Math.max(...paper.split("\n").map((line) => line.length)) <= 105);
    assert.ok(numbered.length < 30, `${numbered.length} lines`);
  });

  it("is read as what was printed, and is told from JSON", () => {
    assert.ok(isPaperKit(paper));
    assert.ok(!isPaperKit(JSON.stringify(kit)));
    assert.deepEqual(parseRecoveryKit(paper, "kit.txt"), kit);
    assert.deepEqual(parseRecoveryKit(numbered.join("\r\n"), "kit.txt"), kit);
    assert.deepEqual(parseRecoveryKit(JSON.stringify(kit), "kit.txt"), kit);
  });

  it("is read as a hand types it: small letters, other spaces, look-alikes, lines in another order", () => {
    const groups = (label: string): boolean => ["key-id", "key-secret", "age-key", "end"].includes(label);
    const typed = numbered.map((line) => {
      const [, number = "", label = "", value = "", check = ""] =
        /^\s*(\d+) (\S+)\s+(.*?)\s+=(.*)$/.exec(line) ?? [];
      if (!groups(label)) return `${number}   ${label}  ${value} = ${check.toLowerCase()}`;
      const written =
        label === "age-key"
          ? value.toLowerCase().replaceAll("0", "o").replaceAll("l", "1")
          : value.toLowerCase().replaceAll("0", "o").replaceAll("1", "l");
      return `${number} ${label} ${written.replaceAll(" ", "")}=${check.toLowerCase()}`;
    });
    assert.deepEqual(parseRecoveryKit(typed.reverse().join("\n\n"), "kit.txt"), kit);
  });

  it("holds kits of before too, whose passphrase may be any text, and a prefix", () => {
    const former = { ...without("stack"), prefix: "Prod/1", passphrase: "correct horse – bättery" };
    assert.deepEqual(parseRecoveryKit(printKit(former), "kit.txt"), former);
  });

  it("names the line that is mistyped, and no other, and nothing of what stands in it", () => {
    const index = at("key-secret");
    const line = numbered[index] ?? "";
    const said = refusal(
      with_(index, (each) =>
        each.replace(
          /(key-secret +)(.)/,
          (_, label: string, first: string) => label + (first === "X" ? "Y" : "X"),
        ),
      ),
    );
    assert.deepEqual(said, [
      `kit.txt: line ${index + 1} of the file, number ${index + 1} (key-secret): its check does not fit: compare it with the paper, letter by letter`,
    ]);
    assert.ok(!said.join().includes(line.slice(14, 30)));
  });

  it("notices every single letter that is typed as another one, and two that are exchanged", () => {
    const index = at("age-key");
    const line = numbered[index] ?? "";
    const [start, groups] = [line.slice(0, 14), line.slice(14, line.indexOf(" ="))];
    for (let place = 0; place < groups.trimEnd().length; place += 1) {
      const letter = groups.charAt(place);
      if (letter === " ") continue;
      const wrong = letter === "Q" ? "P" : "Q";
      const typed =
        start + groups.slice(0, place) + wrong + groups.slice(place + 1) + line.slice(line.indexOf(" ="));
      assert.match(
        refusal(with_(index, () => typed))[0] ?? "",
        new RegExp(`number ${index + 1} \\(age-key\\): its check`),
      );
    }
  });

  it("names what is missing, twice, behind the end, and what is no such line, all at once", () => {
    const said = refusal(
      [
        ...numbered.slice(0, 2),
        numbered[3],
        numbered[3],
        ...numbered.slice(4),
        "99 stack x =0000",
        "7 key-id",
      ].join("\n"),
    );
    const all = said.join("\n");
    assert.match(all, /kit\.txt: number 3 is missing/);
    assert.match(all, /kit\.txt: number 4 is there twice/);
    assert.match(all, /kit\.txt: number 99 stands behind the last line/);
    assert.match(all, /expected NUMBER NAME VALUE =CHECK, got something else/);
    assert.match(
      refusal(numbered.slice(0, -1).join("\n")).join(),
      /the last line, whose name is end, is missing/,
    );
    assert.match(
      refusal(with_(0, (line) => line.replace("stack", "stock"))).join("\n"),
      /number 1: there is no such name; compare it with the paper/,
    );
  });

  it("takes no lines of two kits for one", () => {
    const other = printKit({ ...kit, bucket: "kaleem-test-backup" })
      .split("\n")
      .filter((line) => /^\s*\d/.test(line));
    const mixed = numbered.map((line, index) => (line.includes(" bucket ") ? (other[index] ?? "") : line));
    assert.deepEqual(refusal(mixed.join("\n")), [
      "kit.txt: the check over all lines does not fit: they are of different kits, or two are exchanged",
    ]);
  });
});

describe("a kit that is none", () => {
  it("is refused in a sentence, and nothing of it is shown", () => {
    assert.throws(() => parseRecoveryKit("hush-hush", "kit.json"), {
      message:
        "kit.json: expected a recovery kit, as JSON or as its printed lines, got something else. `./kaleem kit` writes one.",
    });
    assert.throws(
      () => parseRecoveryKit(JSON.stringify({ ...without("passphrase"), endpoint: "x" }), "kit.json"),
      (error: Error) => {
        assert.match(error.message, /^kit\.json: endpoint: .*\nkit\.json: passphrase: /);
        assert.ok(!error.message.includes(kit.secretAccessKey));
        return true;
      },
    );
  });
});
