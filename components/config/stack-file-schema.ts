import { z } from "zod";
import type { ServiceDefinition } from "../../catalog/definition.ts";
import { accountFileSchema, accountSecrets } from "./account-schema.ts";
import { secretForms } from "./fields.ts";
import { stackConfigSchema } from "./schema.ts";
import { secretKeys, type SecretKey } from "./secret-keys.ts";

/** Before every key in a stack file: the project's name in Pulumi.yaml. */
export const namespace = "kaleem:";

/**
 * JSON Schema (draft-07, which every editor knows) of a whole `Pulumi.<stack>.yaml`. Unknown keys are refused. No
 * top-level key is required: the local file lacks what `./kaleem up` finds out, and secrets come by command; what is
 * missing at last is named by `pulumi preview`.
 */
export function stackFileSchema(catalog: readonly ServiceDefinition[]): object {
  const settings = Object.entries(stackConfigSchema(catalog).partial().shape);
  const secrets = Object.entries(secretKeys(catalog)).map(
    ([key, secret]) => [key, encrypted(secret)] as const,
  );
  const schema = wholeFile([...settings, ...secrets]);
  const { config: known } = schema.properties as { config: object };
  Object.assign(known, { patternProperties: { [ofApplication]: encryptedValue } });
  return schema;
}

/** The same of the account's stack file. */
export function accountFileJsonSchema(): object {
  const secrets = Object.entries(accountSecrets).map(([key, { form, meaning }]) => {
    const title = form.meta()?.title ?? "";
    return [key, secured(title).describe(meaning)] as const;
  });
  return wholeFile([...Object.entries(accountFileSchema.shape), ...secrets]);
}

function wholeFile(keys: readonly (readonly [string, z.ZodType])[]) {
  const config = Object.fromEntries(keys.map(([key, schema]) => [`${namespace}${key}`, schema] as const));
  const file = z
    .strictObject({
      config: z
        .strictObject(config)
        .describe("The stack's settings and its secrets; those that applications bring along too."),
      encryptionsalt: z.string().optional().describe("Written by Pulumi: proves the passphrase."),
      secretsprovider: z.string().optional().describe("Written by Pulumi: what encrypts the secrets."),
      encryptedkey: z.string().optional().describe("Written by Pulumi: the key of the secrets, encrypted."),
    })
    .meta({ title: "Stack file", description: "What one stack of Kaleem's platform is made of." });
  return z.toJSONSchema(file, { io: "input", target: "draft-07" });
}

/** Which secrets applications bring along, their settings say; their keys are of two words or more, and no setting's is. */
const ofApplication = `^${namespace}[a-z][a-z0-9]*(-[a-z0-9]+)+$`;

const encryptedValue = {
  type: "object",
  description: "A secret of an application.",
  properties: { secure: { type: "string", description: "Written by pulumi config set --secret." } },
  required: ["secure"],
  additionalProperties: false,
};

/** A secret as the file holds it; plain text is refused. */
function encrypted({ form, meaning }: SecretKey): z.ZodType {
  return secured(secretForms[form].meta()?.title ?? "").describe(meaning);
}

function secured(title: string): z.ZodType {
  const secure = z.string().describe(`Written by pulumi config set --secret; in plain: ${title}.`);
  return z.strictObject({ secure }).optional();
}
