import { sentenceOf } from "../../../../contract/sentence-of.ts";
import { InitializationFailed } from "../../protocol/initialization-failed.ts";
import type { PropertyMap } from "../../protocol/value.ts";

/** An error in the form of the official plugin, which lists what Terraform reported. */
export function fault(error: unknown, doing?: "updating" | "deleting", urn?: string): Error {
  const message = sentenceOf(error);
  const prefix = doing === undefined ? "" : `${doing} ${urn ?? ""}: `;
  return new Error(`${prefix}1 error occurred:\n\t* ${message}\n\n`, { cause: error });
}

/** A failed update, which keeps the resource and what it was meant to be in the state. */
export function updateFault(
  error: unknown,
  urn: string,
  id: string,
  properties: PropertyMap,
): InitializationFailed {
  return new InitializationFailed({ id, properties, message: fault(error, "updating", urn).message });
}
