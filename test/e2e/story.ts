import { globSync } from "node:fs";
import { stackInstance } from "../../local/instance.ts";
import { testStack } from "./support/test-stack.ts";

/** A part of the end-to-end run. */
export interface StoryPart {
  readonly name: string;
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Without it nothing that follows makes sense. */
  readonly required: boolean;
}

function part(name: string, file: string, required = false): StoryPart {
  return { name, files: [`test/e2e/${file}`], env: {}, required };
}

/** In the order of an operator's life; each part finds the machine as the one before left it. */
export const story: readonly StoryPart[] = [
  part("up, unchanged, status", "up.test.ts", true),
  part("secrets and ports", "hardening.test.ts"),
  part("points under fault", "points.test.ts"),
  part("total loss and rebuild", "total-loss.test.ts", true),
  part("restores that must turn red", "restore-faults.test.ts"),
];

/** Every `*.live.test.ts`: the parts of the product against real things, on the machine that the story left. */
export function liveFiles(repository: string): StoryPart[] {
  const files = globSync("test/**/*.live.test.ts", { cwd: repository }).sort();
  const instance = stackInstance(repository, testStack.rebuilt, testStack.name);
  const target = JSON.stringify({
    address: "127.0.0.1",
    port: instance.vps.ports.ssh,
    user: "root",
    privateKeyFile: instance.vps.privateKey,
    knownHostsFile: instance.vps.knownHosts,
  });
  return [{ name: "live tests of the parts", files, env: { KALEEM_LIVE_TARGET: target }, required: false }];
}
