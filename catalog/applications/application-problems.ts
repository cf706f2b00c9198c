import { secretsOf, type ServiceDefinition } from "../definition.ts";
import { circles } from "../checks/check-needs.ts";
import { nearest } from "../nearest.ts";
import type { Applications } from "./settings.ts";

/** What applications are held against. */
export interface Held {
  /** The definitions that are the platform's own. */
  readonly platform: readonly ServiceDefinition[];
  readonly applications: Applications;
  /** Names of the platform's services that this stack runs. */
  readonly running: ReadonlySet<string>;
}

/** Paths that the edge answers by itself. */
const edgePaths = ["/lb-health", "/metrics"];
const reserved: ReadonlyMap<string, string> = new Map([
  ["nginx", "the edge's"],
  ["localhost", "the container's own"],
  ["tasks", "that of the tasks of services (tasks.<service>)"],
  ["host", "the host's"],
  ["ingress", "Swarm's"],
  ["gateway", "the network's"],
]);

/** What is wrong with a stack's applications among each other and beside the platform: one sentence a problem, by its path. Pure. */
export function applicationProblems(held: Held): string[] {
  return [...nameProblems(held), ...routeProblems(held), ...useProblems(held), ...secretProblems(held)];
}

function nameProblems({ platform, applications }: Held): string[] {
  const taken = new Set(platform.map(({ name }) => name));
  return Object.keys(applications).flatMap((name) => {
    const meaning = taken.has(name) ? "that of a service of the platform" : reserved.get(name);
    return meaning === undefined
      ? []
      : [`applications.${name}: expected a name of its own, got one that is ${meaning}; choose another`];
  });
}

function routeProblems({ applications }: Held): string[] {
  const taken = new Map<string, string>();
  return Object.entries(applications).flatMap(([name, { route }]) => {
    if (route === undefined) return [];
    const where = `applications.${name}.route.path: expected a path of its own, got ${JSON.stringify(route.path)}`;
    if (edgePaths.includes(route.path)) return [`${where}, which the edge answers itself; choose another`];
    const owner = taken.get(route.path);
    if (owner !== undefined)
      return [`${where}, which is ${owner}'s; choose another, or take one of the two out`];
    taken.set(route.path, name);
    return [];
  });
}

function useProblems({ platform, applications, running }: Held): string[] {
  const all = [...Object.keys(applications), ...platform.map(({ name }) => name)];
  // Who needs itself is told of that alone.
  const needing = Object.entries(applications).map(([name, { needs }]) => {
    return { name, needs: needs.filter((need) => need !== name) };
  });
  const alone = Object.entries(applications).flatMap(([name, { uses, needs }]) => [
    ...Object.keys(uses).flatMap((store) => {
      return running.has(store)
        ? []
        : [
            `applications.${name}.uses.${store}: expected a store that runs, got one that is off; write services.${store}.enabled: true, or take it out`,
          ];
    }),
    ...needs.flatMap((need) => {
      const where = `applications.${name}.needs:`;
      if (need === name) return [`${where} expected another service, got itself; take it out`];
      if (!all.includes(need))
        return [
          `${where} expected a service, got ${JSON.stringify(need)}, which there is not${meant(need, all)}`,
        ];
      return Object.hasOwn(applications, need) || running.has(need)
        ? []
        : [
            `${where} expected services that run, got ${need}, which is off; write services.${need}.enabled: true, or take it out`,
          ];
    }),
  ]);
  return [...alone, ...circles(needing).map((circle) => `applications.${circle}`)];
}

function meant(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? "; take it out" : `; did you mean ${near}?`;
}

/** A secret has one description, a name that is nobody else's, and somebody who gets it. */
function secretProblems({ platform, applications }: Held): string[] {
  const ofPlatform = new Set([...platform.flatMap((one) => Object.values(secretsOf(one))), ...others]);
  const texts = Object.values(applications)
    .flatMap(({ secretEnv, secretFiles }) => [...Object.values(secretEnv), ...Object.values(secretFiles)])
    .join("\n");
  const declared = new Map<string, string>();
  return Object.entries(applications).flatMap(([name, { secrets }]) =>
    Object.keys(secrets).flatMap((key) => {
      const where = `applications.${name}.secrets.${key}:`;
      const owner = declared.get(key);
      declared.set(key, owner ?? name);
      if (ofPlatform.has(key))
        return [`${where} expected a name of its own, got that of a secret of the platform; choose another`];
      if (owner !== undefined)
        return [`${where} expected one description, got another in applications.${owner}.secrets; keep one`];
      return texts.includes(`{secret.${key}`)
        ? []
        : [
            `${where} expected a secretEnv or secretFiles that names {secret.${key}}, got none; use it, or take it out`,
          ];
    }),
  );
}

/** Secrets of the platform that no definition names. */
const others = [
  "restic-password",
  "offsite-access-key-id",
  "offsite-secret-access-key",
  "job-ping-url",
  "edge-tls-key",
];
