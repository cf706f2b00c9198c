import { execFileSync } from "node:child_process";
import type { TestContext } from "node:test";

/** True when a tool is there. Without it the test is skipped loudly; in CI (`CI` set) its absence is a failure. */
export function hasTool(context: TestContext, tool: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${tool}`], { stdio: "ignore" });
    return true;
  } catch {
    if (process.env["CI"]) throw new Error(`${tool} is missing; in CI every tool must be there`);
    context.skip(`${tool} is not installed`);
    return false;
  }
}
