import { isSecret, type ComposedText, type TextPart } from "../composed-text.ts";
import {
  defineStateless,
  type Health,
  type StatefulDefinition,
  type StatelessDefinition,
} from "../definition.ts";
import type { ApplicationHealth, ApplicationSettings, Applications } from "./settings.ts";
import { readTemplate } from "./template.ts";

/** A definition made of settings, and what is wrong with these: one sentence a problem, by its path in the stack file. */
export interface MadeApplication {
  readonly definition: StatelessDefinition;
  readonly problems: readonly string[];
}

/** What there is beside the application itself. */
export interface Surroundings {
  readonly applications: Applications;
  readonly stores: readonly StatefulDefinition[];
  /** Holds the paths of `files`. */
  readonly repository: URL;
}

const healthFile = "/etc/kaleem/health";
const startFile = "/etc/kaleem/start";
const health = new URL("../files/answers.sh", import.meta.url);
const start = new URL("../files/start.sh", import.meta.url);
const usual = { every: "5s", timeout: "4s", retries: 6, startPeriod: "20s" } as const;

/** One application of the stack file as a definition like any other of the catalog. Pure. */
export function defineApplication(
  name: string,
  settings: ApplicationSettings,
  around: Surroundings,
): MadeApplication {
  const problems: string[] = [];
  const say = (path: string, sentence: string): void => {
    problems.push(`applications.${name}.${path}: ${sentence}`);
  };
  const texts = templates(name, settings, around, say);
  const env = sorted(settings.env, (key, value) => texts.read(`env.${key}`, value));
  for (const [key, text] of Object.entries(env))
    if (isSecret(text))
      say(
        `env.${key}`,
        "expected no secret, since whoever inspects the service sees this variable, got one; move it to secretEnv",
      );
  const secretEnv = sorted(settings.secretEnv, (key, value) => texts.read(`secretEnv.${key}`, value));
  const secretFiles = sorted(settings.secretFiles, (key, value) => texts.read(`secretFiles.${key}`, value));
  for (const key of Object.keys(settings.secretEnv))
    if (Object.hasOwn(settings.env, key))
      say(
        `secretEnv.${key}`,
        "expected a variable of its own, got one that env has too; take one of the two out",
      );
  const wrapped = Object.keys(secretEnv).length > 0;
  if (wrapped && settings.entrypoint === undefined)
    say(
      "entrypoint",
      "missing; with secretEnv it has to be written, since the image's own is started by a line that sets the variables; " +
        "docker image inspect tells it (Config.Entrypoint, and Config.Cmd for command)",
    );
  const ports = portsOf(settings);
  const asked = healthOf(settings, say);
  const definition = defineStateless({
    name,
    image: settings.image ?? name,
    ...(settings.user === undefined ? {} : { user: settings.user }),
    ...commandOf(settings, wrapped),
    ports,
    ...(settings.metrics === undefined
      ? {}
      : {
          metrics: {
            port: metricsPort(settings, say),
            path: settings.metrics.path,
            ...httpOf(settings.metrics.http),
          },
        }),
    ...filled(
      "env",
      only(env, isPlain, (text) => text.filter((part) => typeof part === "string").join("")),
    ),
    ...filled(
      "envTexts",
      only(
        env,
        (text) => !isPlain(text) && !isSecret(text),
        (text) => text,
      ),
    ),
    ...filled(
      "secrets",
      only(secretFiles, isOneSecret, ([part]) => (part as { secret: string }).secret),
    ),
    ...filled(
      "secretTexts",
      only(
        secretFiles,
        (text) => !isOneSecret(text),
        (text) => text,
      ),
    ),
    ...filled("secretEnv", secretEnv),
    ...filled(
      "secretMeanings",
      Object.fromEntries(Object.entries(settings.secrets).map(([key, { means }]) => [key, means])),
    ),
    ...filled("secretForms", formsOf(settings, around)),
    ...filled("files", {
      ...(asked.probed ? { [healthFile]: health } : {}),
      ...(wrapped ? { [startFile]: start } : {}),
      ...Object.fromEntries(
        Object.entries(settings.files).map(([path, file]) => [path, new URL(file, around.repository)]),
      ),
    }),
    health: asked.health,
    limits: { memory: settings.memory, cpus: settings.cpus },
    replicas: settings.replicas,
    stopGrace: settings.stopGrace,
    ...(settings.needs.length === 0 ? {} : { needs: settings.needs }),
    ...(settings.writableRoot === undefined ? {} : { writableRoot: settings.writableRoot }),
    ...filled("scratch", settings.scratch),
    ...routeOf(settings, say),
    ...(settings.health.kind === "http" && (settings.health.port ?? settings.port) === settings.port
      ? { readyPath: settings.health.path }
      : {}),
    recovery: "none: rebuilt from its image; what it keeps is in the stores",
  });
  return { definition, problems };
}

/** Reads templates with what this application may name. */
function templates(
  name: string,
  { uses }: ApplicationSettings,
  { applications, stores }: Surroundings,
  say: (path: string, sentence: string) => void,
) {
  const facts = stores.flatMap(({ name: store, facts = {} }) =>
    Object.entries(facts).map(([fact, part]) => [`${store}.${fact}`, store, part] as const),
  );
  const own = Object.values(applications).flatMap(({ secrets }) => Object.keys(secrets));
  const known = new Map<string, TextPart>([
    ...facts.filter(([, store]) => Object.hasOwn(uses, store)).map(([fact, , part]) => [fact, part] as const),
    ...own.map((key) => [`secret.${key}`, { secret: key }] as const),
  ]);
  const elsewhere = (asked: string): string | undefined => {
    const store = facts.find(([fact]) => fact === asked)?.[1];
    return store === undefined
      ? undefined
      : `${name} does not use ${store}; add it to applications.${name}.uses`;
  };
  return {
    read(path: string, template: string): ComposedText {
      const { text, problems } = readTemplate(template, known, elsewhere);
      for (const problem of problems) say(path, problem);
      return text;
    },
  };
}

function commandOf({ entrypoint, command }: ApplicationSettings, wrapped: boolean) {
  if (wrapped)
    return { entrypoint: ["/bin/sh", startFile], args: [...(entrypoint ?? []), ...(command ?? [])] };
  return {
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(command === undefined ? {} : { args: command }),
  };
}

/** What its answers are judged by; nothing where that is switched off. */
function httpOf(http: NonNullable<ApplicationSettings["metrics"]>["http"]): {
  readonly http?: Omit<NonNullable<typeof http>, "judged">;
} {
  if (http?.judged !== true) return {};
  const { histogram, statusLabel, routeLabel } = http;
  return { http: { histogram, statusLabel, routeLabel } };
}

/** `http` serves the route; `metrics` is there where numbers have a port of their own. */
function portsOf({ port, metrics }: ApplicationSettings): Record<string, number> {
  return {
    ...(port === undefined ? {} : { http: port }),
    ...(metrics?.port === undefined || metrics.port === port ? {} : { metrics: metrics.port }),
  };
}

function metricsPort(
  { port, metrics }: ApplicationSettings,
  say: (path: string, sentence: string) => void,
): string {
  if (metrics?.port !== undefined && metrics.port !== port) return "metrics";
  if (port === undefined)
    say("metrics.port", "missing, and the application has no port; write the one that Prometheus is to ask");
  return "http";
}

/** What Swarm runs inside the container, and whether it is the platform's own look. */
function healthOf(
  settings: ApplicationSettings,
  say: (path: string, sentence: string) => void,
): { readonly health: Health; readonly probed: boolean } {
  const { health: asked, port, metrics } = settings;
  const pace = {
    every: asked.every ?? usual.every,
    timeout: asked.timeout ?? usual.timeout,
    retries: asked.retries ?? usual.retries,
    startPeriod: asked.startPeriod ?? usual.startPeriod,
  };
  if (asked.kind === "none") return { health: { argv: [], ...pace }, probed: false };
  if (asked.kind === "command") return { health: { argv: asked.argv, ...pace }, probed: false };
  const at = asked.port ?? port ?? metrics?.port;
  if (at === undefined)
    say("health.port", "missing, and the application has no port; write the one that is to be asked");
  const address =
    asked.kind === "tcp" ? `tcp://127.0.0.1:${String(at)}` : `http://127.0.0.1:${String(at)}${pathOf(asked)}`;
  return { health: { argv: ["/bin/sh", healthFile, address], ...pace }, probed: true };
}

function pathOf(asked: ApplicationHealth): string {
  return asked.kind === "http" ? asked.path : "";
}

function routeOf({ route, port }: ApplicationSettings, say: (path: string, sentence: string) => void) {
  if (route === undefined) return {};
  if (port === undefined) say("port", "missing; a route needs one to lead to");
  return {
    route: { path: route.path, ...(route.maxBody === undefined ? {} : { maxBody: route.maxBody }) },
  };
}

/** Forms of the secrets that an application names, whoever of the applications declares them. */
function formsOf(
  settings: ApplicationSettings,
  { applications }: Surroundings,
): Record<string, "credential" | "text"> {
  const texts = [...Object.values(settings.secretEnv), ...Object.values(settings.secretFiles)].join("\n");
  const declared = Object.values(applications).flatMap(({ secrets }) => Object.entries(secrets));
  return Object.fromEntries(
    declared.flatMap(([key, { form }]) =>
      form === "generated" || !texts.includes(`{secret.${key}`)
        ? []
        : [[key, form === "given" ? ("credential" as const) : ("text" as const)]],
    ),
  );
}

function isPlain(text: ComposedText): boolean {
  return text.every((part) => typeof part === "string");
}

function isOneSecret(text: ComposedText): boolean {
  const [part] = text;
  return text.length === 1 && typeof part === "object" && "secret" in part && part.encoded !== true;
}

function sorted(
  values: Readonly<Record<string, string>>,
  read: (key: string, value: string) => ComposedText,
): Record<string, ComposedText> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, read(key, value)]));
}

function only<To>(
  texts: Readonly<Record<string, ComposedText>>,
  holds: (text: ComposedText) => boolean,
  to: (text: ComposedText) => To,
): Record<string, To> {
  return Object.fromEntries(
    Object.entries(texts).flatMap(([key, text]) => (holds(text) ? [[key, to(text)] as const] : [])),
  );
}

/** Left out where there is nothing in it. */
function filled<Key extends string, Value extends object>(key: Key, value: Value): { [K in Key]?: Value } {
  return Object.keys(value).length === 0 ? {} : ({ [key]: value } as { [K in Key]?: Value });
}
