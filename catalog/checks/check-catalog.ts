import { secretsOf, type ServiceDefinition } from "../definition.ts";
import { mountProblems } from "./check-mounts.ts";
import { needsProblems } from "./check-needs.ts";

/** Everything that runs in the Swarm. */
export interface WholeCatalog {
  readonly catalog: readonly ServiceDefinition[];
  /** The service in front of them, which is no definition of the catalog. */
  readonly edge: ServiceDefinition;
  /** Service → ports that it takes on the host itself. */
  readonly published: Readonly<Record<string, readonly number[]>>;
}

/** Names that mean something else to Docker's DNS or to the host. */
const reservedNames: ReadonlyMap<string, string> = new Map([
  ["localhost", "the container itself"],
  ["tasks", "the tasks of a service (tasks.<service>)"],
  ["host", "the host's own network"],
  ["ingress", "Swarm's own network"],
  ["gateway", "the network's gateway"],
]);

/** Ports of the host that are taken before any service starts. */
const hostPorts: ReadonlyMap<number, string> = new Map([
  [22, "sshd"],
  [2377, "Swarm"],
  [7946, "Swarm"],
]);

const dnsLabel = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * What is wrong with the catalog as a whole: one sentence a problem, where it is first; none when it can be deployed. Each
 * definition by itself is checked by its type and by the tests. Pure.
 */
export function checkCatalog(whole: WholeCatalog): string[] {
  const all = [...whole.catalog, whole.edge];
  return [
    ...nameProblems(whole),
    ...portProblems(whole, all),
    ...needsProblems(whole.catalog),
    ...all.flatMap(metricsProblems),
    ...all.flatMap(capabilityProblems),
    ...all.flatMap(fileProblems),
    ...meaningProblems(all),
    ...mountProblems(all),
  ].map((problem) => `catalog: ${problem}`);
}

function nameProblems({ catalog, edge }: WholeCatalog): string[] {
  const names = catalog.map(({ name }) => name);
  return [...new Set(names)].flatMap((name) => {
    const meaning = reservedNames.get(name);
    return [
      ...(dnsLabel.test(name)
        ? []
        : [
            `${name}: expected a DNS label (lower-case letters, digits and inner hyphens, at most 63, a letter first), ` +
              `got ${JSON.stringify(name)}; other services find it by that name`,
          ]),
      ...(meaning === undefined ? [] : [`${name}: the name means ${meaning}; choose another`]),
      ...(name === edge.name ? [`${name}: the name belongs to the edge; choose another`] : []),
      ...(names.filter((other) => other === name).length > 1
        ? [`${name}: two services have this name; rename one`]
        : []),
    ];
  });
}

function portProblems({ published }: WholeCatalog, all: readonly ServiceDefinition[]): string[] {
  const taken = new Map<number, string>(hostPorts);
  const clashes = Object.entries(published).flatMap(([name, ports]) =>
    ports.flatMap((port) => {
      const owner = taken.get(port);
      taken.set(port, name);
      if (owner === undefined) return [];
      return [`${name}: publishes port ${port} of the host, which ${owner} has; choose another`];
    }),
  );
  const doubles = all.flatMap(({ name, ports }) => {
    const entries = Object.entries(ports);
    return entries.flatMap(([key, port], index) =>
      entries
        .slice(0, index)
        .filter(([, other]) => other === port)
        .map(
          ([first]) =>
            `${name}.ports: ${first} and ${key} are both ${port}; a service listens on a port only once`,
        ),
    );
  });
  return [...clashes, ...doubles];
}

function metricsProblems({ name, metrics, ports }: ServiceDefinition): string[] {
  if (metrics === undefined || Object.hasOwn(ports, metrics.port)) return [];
  const known = Object.keys(ports).join(", ");
  return [
    `${name}.metrics.port: there is no port ${JSON.stringify(metrics.port)}; its ports are: ${known || "none"}`,
  ];
}

/** Without the prefix, as the catalog's other definitions write them; ALL would undo what is dropped. */
function capabilityProblems({ name, capabilities = [] }: ServiceDefinition): string[] {
  return capabilities
    .filter((capability) => !/^[A-Z_]+$/.test(capability) || /^(ALL$|CAP_)/.test(capability))
    .map(
      (capability) =>
        `${name}.capabilities: expected one capability such as NET_BIND_SERVICE, got ${JSON.stringify(capability)}`,
    );
}

/** A secret or file is a resource by its own name, without the directories before it. */
function fileProblems({ name, secrets = {}, files = {}, generated = {} }: ServiceDefinition): string[] {
  const names = Object.keys({ ...secrets, ...files, ...generated }).map(
    (path) => path.split("/").at(-1) ?? path,
  );
  return [...new Set(names.filter((file, index) => names.indexOf(file) !== index))].map(
    (file) => `${name}: two of its files or secrets are named ${file}; rename one`,
  );
}

function meaningProblems(all: readonly ServiceDefinition[]): string[] {
  const used = new Set(all.flatMap((definition) => Object.values(secretsOf(definition))));
  const said = all.flatMap(({ secretMeanings = {} }) => Object.keys(secretMeanings));
  return [...new Set([...used, ...said])].flatMap((key) => {
    const by = all.filter(({ secretMeanings = {} }) => Object.hasOwn(secretMeanings, key));
    const names = by.map(({ name }) => name).join(" and ");
    if (!used.has(key)) return [`${names}.secretMeanings: no service uses the secret ${key}; remove it`];
    if (by.length === 0)
      return [
        `secret ${key}: nothing says what it is for; describe it in secretMeanings of the service that owns it`,
      ];
    if (by.length > 1) return [`secret ${key}: ${names} both describe it; keep one description`];
    return [];
  });
}
