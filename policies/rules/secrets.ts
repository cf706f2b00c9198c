import { layout } from "../../contract/layout.ts";
import { hostFiles, ofType, swarmServices } from "../declared.ts";
import { property, text, texts } from "../property.ts";
import type { Finding, Rule } from "../rule.ts";
import type { DeclaredResource, StackView } from "../stack-view.ts";

/** What is not marked secret lies in the state, and in every log of a preview, for all to read. */
export const secretsMarked: Rule = {
  name: "secrets-marked",
  description: "Whatever is secret is given to the engine as a secret, and is in no other input.",
  check: (view) => [
    ...ofType(view, "docker:index/secret:Secret").flatMap((each) => unmarked(each, "data")),
    ...hostFiles(view)
      .filter(({ path }) => path.startsWith(`${layout.secrets}/`))
      .flatMap(({ resource }) => unmarked(resource, "stdin")),
    ...view.resources
      .filter(({ inputs }) => property(inputs, "connection.privateKey") !== undefined)
      .flatMap((each) => unmarked(each, "connection.privateKey")),
    ...valuesInPlain(view),
  ],
};

function unmarked(resource: DeclaredResource, path: string): readonly Finding[] {
  if (resource.secretPaths === null || isSecret(resource.secretPaths, path)) return [];
  return [
    {
      resource: resource.name,
      sentence: `${path}: expected a Pulumi secret, got plain text (not shown); wrap it in pulumi.secret, or read it with requireSecret`,
    },
  ];
}

function valuesInPlain(view: StackView): readonly Finding[] {
  const forms = Object.entries(view.secretValues).flatMap(([key, value]) => [
    [key, value] as const,
    [key, Buffer.from(value).toString("base64")] as const,
  ]);
  return view.resources.flatMap(({ name, inputs, secretPaths }) =>
    secretPaths === null
      ? []
      : texts(inputs)
          .filter(([path]) => !isSecret(secretPaths, path))
          .flatMap(([path, plain]) =>
            forms
              .filter(([, form]) => plain.includes(form))
              .map(([key]) => ({
                resource: name,
                sentence: `${path}: expected no secret, got the value of ${key} in plain text (not shown); deliver it as a Swarm secret or by stdin`,
              })),
          ),
  );
}

function isSecret(paths: ReadonlySet<string>, path: string): boolean {
  const steps = path.split(".");
  return steps.some((_, index) => paths.has(steps.slice(0, index + 1).join(".")));
}

const secretName = /(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIALS?|ACCESS_?KEY)/i;
const loginInUrl = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]+@/i;

/** `docker inspect` shows a container's environment and command line to everybody on the host. */
export const environmentHarmless: Rule = {
  name: "environment-harmless",
  description: "No environment variable and no argument of a service carries a secret; names of files may.",
  check: (view) =>
    swarmServices(view).flatMap(({ resource, container }) => [
      ...texts(property(container, "env") ?? {}).flatMap(([name, value]) => {
        const carries = secretName.test(name) && !name.endsWith("_FILE") && value !== "";
        return carries || loginInUrl.test(value) ? [refused(resource.name, `env ${name}`)] : [];
      }),
      ...texts({ args: property(container, "args") ?? [], commands: property(container, "commands") ?? [] })
        .filter(
          ([, value]) => loginInUrl.test(value) || /^--?[a-z-]*(password|secret|token)[a-z-]*=./i.test(value),
        )
        .map(([path]) => refused(resource.name, path)),
    ]),
};

function refused(resource: string, where: string): Finding {
  return {
    resource,
    sentence: `${where}: expected no secret, got what looks like one (not shown); deliver it under /run/secrets and name the file`,
  };
}

/** Swarm's secrets and configs cannot change: with a fixed name a rotation has to take the service down. */
export const secretsRotatable: Rule = {
  name: "secrets-rotatable",
  description: "Swarm secrets and configs have no fixed name.",
  check: (view) =>
    ["docker:index/secret:Secret", "docker:index/serviceConfig:ServiceConfig"].flatMap((type) =>
      ofType(view, type).flatMap(({ name, inputs }) => {
        const given = text(inputs, "name");
        if (given === "" || isGenerated(given, name)) return [];
        return [
          {
            resource: name,
            sentence: `name: expected none, so that a new one can be made before the old one goes, got "${given}"; leave it out`,
          },
        ];
      }),
    ),
};

/** The engine's own: the logical name and seven random hex digits. */
function isGenerated(given: string, name: string): boolean {
  return given.startsWith(`${name}-`) && /^[0-9a-f]{7}$/.test(given.slice(name.length + 1));
}
