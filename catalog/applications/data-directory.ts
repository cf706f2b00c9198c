import type { FilesDefinition } from "../definition.ts";
import type { ApplicationSettings } from "./settings.ts";

/** What of a definition comes from `data`. */
export type KeptFiles = Pick<FilesDefinition, "kind" | "user" | "replicas" | "data" | "recovery">;

/** What is mounted by Docker or by the platform, or holds the image's own programs: data in there would hide it, or be hidden by it. */
const taken = ["/bin", "/dev", "/etc/kaleem", "/lib", "/lib64", "/proc", "/run/secrets", "/sbin", "/sys"];
/** Directories that data may lie below, but must not be: they hold what the image or the system brings along. */
const wholesale = ["/etc", "/home", "/opt", "/root", "/run", "/srv", "/tmp", "/usr", "/var"];

/**
 * The directory that an application keeps, as the part of its definition; problems are said by their path. Null where it keeps nothing.
 * The directory on the host is named after the application alone: its path in the container may change, and nobody else can have the name.
 */
export function keptFiles(
  name: string,
  settings: ApplicationSettings,
  say: (path: string, sentence: string) => void,
): KeptFiles | null {
  const { data, user, replicas, files, scratch } = settings;
  if (data === undefined) return null;
  const { path } = data;
  const got = `got ${JSON.stringify(path)}`;
  const owner = taken.find((each) => overlap(each, path));
  if (owner !== undefined)
    say(
      "data.path",
      `expected a directory of its own, ${got}, and ${owner} is not the application's; choose another`,
    );
  else if (wholesale.includes(path))
    say(
      "data.path",
      `expected a directory that holds its data alone, ${got}, which holds the image's own files; write one below it`,
    );
  for (const [key, others] of Object.entries({ files, scratch }))
    for (const other of Object.keys(others).filter((each) => overlap(each, path)))
      say(
        `${key}.${other}`,
        `expected a path outside of data.path, ${got} there; what is kept and what is not need separate directories`,
      );
  if (replicas !== 1)
    say(
      "replicas",
      `expected 1, since two replicas would write into each other's files, got ${replicas}; keep what several share in a store, or take out data`,
    );
  if (user === undefined)
    say(
      "user",
      "missing; with data it has to be written, since the directory is made for it: the image's own user by number, such as 1000:1000 " +
        "(the image lock has it after ./kaleem images refresh: image.user)",
    );
  return {
    kind: "files",
    user: user ?? "0:0",
    replicas: 1,
    data: { [path]: `application-${name}` },
    recovery: { objectives: { rpo: "15m", rto: "1h" } },
  };
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}
