import { command, type CommandOptions, LocalCommandError } from "./command.ts";

/**
 * Runs the Docker client of this machine and gives its standard output.
 * @throws LocalCommandError with a sentence on what to do when the daemon is absent or denies access
 */
export async function docker(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  try {
    return await command(["docker", ...args], options);
  } catch (error) {
    if (error instanceof LocalCommandError) throw withAdvice(error);
    throw error;
  }
}

/** One value of a Docker object by a Go template, or undefined when there is no such object. */
export async function inspect(
  kind: "container" | "image" | "network" | "volume",
  name: string,
  template = "{{.Name}}",
): Promise<string | undefined> {
  try {
    return await docker([kind, "inspect", "--format", template, name]);
  } catch (error) {
    if (error instanceof LocalCommandError && /no such|not found/i.test(error.stderr)) return undefined;
    throw error;
  }
}

/** Docker's own words, and `absent`. */
export type ContainerStatus =
  "absent" | "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";

/** What a container does just now. */
export async function containerStatus(name: string): Promise<ContainerStatus> {
  const status = await inspect("container", name, "{{.State.Status}}");
  return status === undefined ? "absent" : (status as ContainerStatus);
}

/** Adds what to do to the two failures that are about the daemon and not about the call. Pure. */
export function withAdvice(error: LocalCommandError): LocalCommandError {
  const advice = /permission denied/i.test(error.stderr)
    ? "this user is not allowed to use Docker: add it to the group docker, or run as root"
    : /cannot connect to the docker daemon|is the docker daemon running/i.test(error.stderr)
      ? "no Docker daemon answers: start it (systemctl start docker), or set DOCKER_HOST"
      : undefined;
  if (advice === undefined) return error;
  return new LocalCommandError(
    `docker: ${advice}. It said: ${error.stderr.trim()}`,
    error.exitCode,
    error.stderr,
  );
}
