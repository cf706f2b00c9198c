import type { z } from "zod";
import type { applications } from "./applications-block.ts";
import type { businessChecks } from "./business-checks-block.ts";

/** A service that has been given a secret, and the file that it lies in. */
export interface Signer {
  readonly service: string;
  readonly file: string;
}

type Applications = z.infer<typeof applications>;

/** Which application can sign with the secret of this key: one that has it, and nothing else, in a file. Null when none does. Pure. */
export function signerOf(secret: string, applications: Applications): Signer | null {
  for (const [service, { secretFiles }] of Object.entries(applications)) {
    const file = Object.entries(secretFiles).find(([, text]) => text === `{secret.${secret}}`)?.[0];
    if (file !== undefined) return { service, file };
  }
  return null;
}

/** The business checks that are to be signed by what no application has. Pure. */
export function signerProblems(
  checks: z.infer<typeof businessChecks>,
  applications: Applications,
): readonly string[] {
  return Object.entries(checks).flatMap(([name, { write }]) =>
    write.sign === undefined || signerOf(write.sign.secret, applications) !== null
      ? []
      : [
          `businessChecks.${name}.write.sign.secret: expected a secret that an application has in a secretFile, got ${JSON.stringify(write.sign.secret)}; ` +
            `write it into one: secretFiles: { signing-key: "{secret.${write.sign.secret}}" }`,
        ],
  );
}
