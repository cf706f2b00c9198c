import type { SecretName } from "./definition.ts";
import { loginName } from "./login-name.ts";

/** One piece of a text that is made when the platform is declared. `encoded`: as it may stand in an address. */
export type TextPart =
  | string
  | { readonly secret: SecretName; readonly encoded?: true }
  /** The name that a store's user logs in by with this password: `loginName(user, password)`. */
  | { readonly user: string; readonly password: SecretName; readonly encoded?: true };

/** A text that may hold secrets, in its order. */
export type ComposedText = readonly TextPart[];

/** The secrets that a text is made of: what changes it. A login's name changes with its password and gives nothing away. */
export function secretsIn(text: ComposedText): readonly SecretName[] {
  return text.flatMap((part) =>
    typeof part === "string" ? [] : ["secret" in part ? part.secret : part.password],
  );
}

/** Whether whoever reads the text learns a secret. */
export function isSecret(text: ComposedText): boolean {
  return text.some((part) => typeof part !== "string" && "secret" in part);
}

/** The text itself. Pure. @param valueOf the value of a secret, by its key in the stack configuration */
export function composed(text: ComposedText, valueOf: (key: SecretName) => string): string {
  return text
    .map((part) => {
      if (typeof part === "string") return part;
      const value = "secret" in part ? valueOf(part.secret) : loginName(part.user, valueOf(part.password));
      return part.encoded === true ? encodeURIComponent(value) : value;
    })
    .join("");
}
