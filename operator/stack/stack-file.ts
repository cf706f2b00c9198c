import { Document, Scalar, visit } from "yaml";
import { plainProblem } from "../../components/config/plain-scalar.ts";
import { readStackYaml, type StackYaml } from "../../components/config/stack-yaml.ts";
import { mergeSettings } from "./merge-settings.ts";

/** What a stack file holds: Pulumi's own keys and the configuration, secrets as `{secure: …}`. */
export type StackFile = StackYaml;

const header = `# Generated from the committed stack file by \`./kaleem up\`; secrets in it are encrypted with the passphrase beside it.
# Edit the committed file, not this one: the next \`up\` writes it again and keeps only the secrets and the salt.
`;

/** Reads a stack file's text, as every command does. @throws ConfigError naming the file and all that is wrong with it */
export function parseStackFile(text: string, name: string): StackFile {
  return readStackYaml(text, name);
}

/**
 * The generated stack file: the committed settings, what the command found out (`found`, by key without the
 * namespace; mappings are merged into the committed ones), and the secrets and salt that the file on disk already had. Same input, same text.
 */
export function composeStackFile(
  committed: StackFile,
  existing: StackFile | null,
  found: Readonly<Record<string, unknown>>,
): StackFile {
  const secrets = Object.entries(existing?.config ?? {}).filter(([, value]) => isSecure(value));
  const settings = Object.fromEntries(Object.entries(found).map(([key, value]) => [`kaleem:${key}`, value]));
  const salt = existing?.encryptionsalt ?? committed.encryptionsalt;
  return {
    ...(salt === undefined ? {} : { encryptionsalt: salt }),
    config: sorted({ ...mergeSettings(committed.config ?? {}, settings), ...Object.fromEntries(secrets) }),
  };
}

/** The secrets that a stack file already has, by key without the namespace. */
export function secretsIn(file: StackFile): Set<string> {
  const keys = Object.entries(file.config ?? {}).filter(([, value]) => isSecure(value));
  return new Set(keys.map(([key]) => key.replace(/^kaleem:/, "")));
}

/** The file's text, keys in a fixed order. Texts that any reader could take for something else are quoted. */
export function renderStackFile(file: StackFile): string {
  const document = new Document(file, { compat: "yaml-1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(key, scalar) {
      const { value } = scalar;
      if (key !== "key" && typeof value === "string" && plainProblem(value, value) !== undefined)
        scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return header + document.toString({ lineWidth: 0 });
}

function isSecure(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

function sorted(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
}
