import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { findOnPath } from "../../workstation/find-on-path.ts";
import { runCommand } from "../../workstation/run-command.ts";
import { oldestGo, oldestVersion } from "./engine.ts";
import { findVersion, isAtLeast } from "./version.ts";

/** Where the upstream archive of Go unpacks to, which many machines do not have on PATH. */
const usualPlace = "/usr/local/go/bin/go";

/** What Go is wanted for, and what to do without it: parts of the sentence that says it is missing. */
export interface GoPurpose {
  readonly who: string;
  readonly what: string;
  readonly instead: string;
}

const forEngine: GoPurpose = {
  who: "engine",
  what: "Pulumi",
  instead: `put the official pulumi (${oldestVersion} or later) on PATH`,
};

/**
 * The full path of a Go that can build what the project builds. Throws a sentence with the version found and the one needed
 * when it is too old or missing.
 */
export async function findGo(
  environment: NodeJS.ProcessEnv,
  usual: string = usualPlace,
  { who, what, instead }: GoPurpose = forEngine,
): Promise<string> {
  const candidates = [findOnPath("go", environment), existsSync(usual) ? usual : undefined];
  const found: string[] = [];
  for (const go of candidates) {
    if (go === undefined) continue;
    // In a directory without a go.mod, which could ask for another toolchain.
    const asked = await runCommand([go, "env", "GOVERSION"], {
      cwd: tmpdir(),
      environment: { ...environment, GOTOOLCHAIN: "local" },
    });
    const version = findVersion(asked.stdout);
    if (version !== undefined && isAtLeast(version, oldestGo)) return go;
    found.push(`${version ?? "no version"} (${go})`);
  }
  throw new Error(
    `${who}: Go ${oldestGo} or later is needed to build ${what}, which could not be downloaded; got ` +
      `${found.length === 0 ? "none" : found.join(" and ")}. Install a newer Go, or ${instead}.`,
  );
}
