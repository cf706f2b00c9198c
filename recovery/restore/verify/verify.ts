import type { Manifest } from "../../point/manifest.ts";
import type { Check } from "./check.ts";
import type { Measured } from "./check-manifest.ts";
import { compareVersions } from "../../../catalog/engine-version.ts";
import type { Answer, Evidence } from "./evidence.ts";
import { judgeInventories } from "./judge-inventories.ts";

/** The judgement: each check with its sentence. */
export interface Verdict {
  readonly checks: readonly Check[];
  /** Names that were to be accepted and that nothing is called by. */
  readonly unused: readonly string[];
}

/** Judges a restore. Pure. A store or a check that gave no answer is `not-made`, which fails a restore as `failed` does. */
export function judge(manifest: Manifest, evidence: Evidence): Verdict {
  const checks: Check[] = [];
  for (const [store, facts] of Object.entries(manifest.stores)) {
    const found = evidence.stores[store];
    if (found === undefined) {
      checks.push({
        name: "store",
        store,
        result: "not-made",
        sentence: `${store}: could not be checked: nothing was asked of it`,
      });
      continue;
    }
    if (facts.kind !== "files")
      checks.push(
        judgeCanary(store, facts.canary, found.canary),
        judgeVersion(store, facts.version, found.version),
        judgeImage(store, facts.image, found.image),
      );
    checks.push(...judgeDirectories(store, facts.directories, evidence.directories));
    checks.push(...describeTime(store, facts.copiedAt, manifest));
  }
  const inventories = judgeInventories(evidence.inventories, evidence.accept);
  return { checks: [...checks, ...inventories.checks], unused: inventories.unused };
}

type Judged = Pick<Check, "result" | "sentence">;

const ok = (sentence: string): Judged => ({ result: "ok", sentence });
const failed = (sentence: string): Judged => ({ result: "failed", sentence });

function check<Value>(
  name: string,
  store: string,
  answer: Answer<Value>,
  look: (value: Value) => Judged,
): Check {
  const notMade = (why: string): Judged => ({ result: "not-made", sentence: `could not be checked: ${why}` });
  const { result, sentence } = "why" in answer ? notMade(answer.why) : look(answer.value);
  return { name, store, result, sentence: `${store}: ${name}: ${sentence}` };
}

function judgeCanary(store: string, expected: string, answer: Answer<string | null>): Check {
  return check("canary", store, answer, (got) => {
    if (got === expected) return ok(`${expected}, as written just before the instant`);
    return failed(`expected ${expected}, ${got === null ? "there is none" : `got ${got}`}`);
  });
}

function judgeVersion(store: string, expected: string, answer: Answer<string>): Check {
  return check("version", store, answer, (got) => {
    if (got === expected) return ok(got);
    const order = compareVersions(got, expected);
    const differs = `the point was taken by ${expected}, ${got} runs now`;
    if (order === null) return failed(`${differs}, and the two cannot be compared`);
    return order < 0
      ? failed(`${differs}, which is older; deploy ${expected} or newer`)
      : ok(`differs: ${differs}`);
  });
}

/** An image may differ from the point's (a security update); that it is said is enough, the version check decides. */
function judgeImage(store: string, expected: string, answer: Answer<string>): Check {
  return check("image", store, answer, (got) =>
    ok(got === expected ? got : `differs: the point was taken by ${expected}, ${got} runs now`),
  );
}

/**
 * How far a store is from the others in time: one that is copied while it runs holds what was written until then, and never less than
 * the others point at. Said, not judged; nothing for a point of before this was kept.
 */
function describeTime(store: string, copiedAt: string | undefined, { stores }: Manifest): Check[] {
  if (copiedAt === undefined) return [];
  const times = Object.values(stores).flatMap((facts) =>
    facts.copiedAt === undefined ? [] : [facts.copiedAt],
  );
  const laterMs = Date.parse(copiedAt) - Math.min(...times.map((time) => Date.parse(time)));
  const how =
    laterMs === 0 ? "at the others' instant" : `${(laterMs / 1000).toFixed(1)} s after the others' instant`;
  return [check("time of the copy", store, { value: how }, ok)];
}

function judgeDirectories(
  store: string,
  expected: Readonly<Record<string, Measured>>,
  measured: Evidence["directories"],
): Check[] {
  return Object.entries(expected).map(([name, { files, bytes }]) => {
    const got = measured[name];
    const answer: Answer<Measured> = got === undefined ? { why: "it was not measured" } : { value: got };
    return check(`directory ${name}`, store, answer, (held) => {
      const want = `${files} files, ${bytes} bytes`;
      if (held.files === files && held.bytes === bytes) return ok(want);
      return failed(`expected ${want}, got ${held.files} files, ${held.bytes} bytes`);
    });
  });
}
