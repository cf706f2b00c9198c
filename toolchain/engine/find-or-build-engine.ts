import { dirname } from "node:path";
import type { Progress } from "../../workstation/progress.ts";
import { repositoryRoot } from "../../workstation/repository.ts";
import { buildEngine, findBuiltEngine } from "./build-engine.ts";
import { pinnedVersion, providerNames, type Engine } from "./engine.ts";
import { downloadOfficialEngine, findOfficialEngine } from "./official-engine.ts";
import { chooseProvider } from "./provider-plugins.ts";
import { pulumiHome } from "./pulumi-home.ts";

/**
 * A ready engine: the official `pulumi` on PATH, else the pinned official release (downloaded once), else the same
 * version built from its Go modules (minutes the first time, then at once); with official plugins where they are to
 * be had, else this repository's stand-ins. Throws a sentence when none of these is possible.
 */
export async function findOrBuildEngine(
  progress: Progress,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Engine> {
  return progress.step("engine", async (report) => {
    const found = await locate(progress, report, environment);
    const installer = found.source === "official" ? { installer: found.pulumi } : {};
    const search = { root: repositoryRoot, environment, ...installer };
    // All of them for every stack: the language host tells the engine to expect each whose package is installed.
    const docker = await chooseProvider("docker", search, report);
    const command = await chooseProvider("command", search, report);
    const cloudflare = await chooseProvider("cloudflare", search, report);
    const random = await chooseProvider("random", search, report);
    const aws = await chooseProvider("aws", search, report);
    const chosen = { docker, command, cloudflare, random, aws };
    report(
      `${found.source} ${found.version}${found.how}; providers: ${providerNames.map((name) => `${name} ${chosen[name].source}`).join(", ")}`,
    );
    return {
      pulumi: found.pulumi,
      version: found.version,
      source: found.source,
      // The language host runs `node`: ours, which strips types.
      pathPrepend: [
        dirname(found.pulumi),
        dirname(process.execPath),
        ...providerNames.map((name) => chosen[name].path),
      ].filter((path) => path !== undefined),
      env: {
        PULUMI_HOME: pulumiHome(),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
      providers: {
        docker: docker.source,
        command: command.source,
        cloudflare: cloudflare.source,
        random: random.source,
        aws: aws.source,
      },
    };
  });
}

interface Located {
  readonly pulumi: string;
  readonly version: string;
  readonly source: Engine["source"];
  readonly how: string;
}

async function locate(
  progress: Progress,
  report: (detail: string) => void,
  environment: NodeJS.ProcessEnv,
): Promise<Located> {
  const note = (text: string): void => {
    progress.note(text);
  };
  const onPath = await findOfficialEngine(note, environment);
  if (onPath !== undefined) return { ...onPath, source: "official", how: " on PATH" };
  const downloaded = await downloadOfficialEngine(report, note, environment);
  if (downloaded !== undefined) return { ...downloaded, source: "official", how: ", downloaded" };
  const cached = findBuiltEngine();
  const pulumi = cached ?? (await buildEngine(report, environment));
  return { pulumi, version: pinnedVersion, source: "built", how: cached === undefined ? "" : ", cached" };
}
