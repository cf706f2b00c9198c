import type { Value } from "../../protocol/value.ts";

/** What a text must look like. */
export type Rule =
  | { readonly pattern: string }
  | { readonly duration: true }
  | { readonly ratio: true }
  | { readonly base64: true };

/** What every property has in common. */
interface FieldBase {
  /** The name in Terraform's schema, which the official plugin's messages use, where it is not the snake-cased own one. */
  readonly terraformName?: string;
  readonly required?: true;
  /** Left out by the program, it keeps what Docker made of it. */
  readonly computed?: true;
  /** A change asks for a new resource; `"hidden"` does so without naming the property, as the official plugin does. */
  readonly replace?: true | "hidden";
  /** Docker answers it, the program cannot give it. */
  readonly outputOnly?: true;
  /** Exists officially, but the stand-in refuses it. */
  readonly unsupported?: true;
}

/** A text, number or truth value. */
export interface ScalarField extends FieldBase {
  readonly kind: "string" | "int" | "bool";
  readonly default?: Value;
  /** A default that holds without being written into the inputs. */
  readonly quietDefault?: Value;
  readonly rule?: Rule;
  /** The engine encrypts it in the state. */
  readonly secret?: true;
}

/** A list of texts; `set` when its order has no meaning. */
export interface TextsField extends FieldBase {
  readonly kind: "texts";
  readonly set?: true;
}

/** An object with free keys and texts as values. */
export interface MapField extends FieldBase {
  readonly kind: "map";
  /** Absent in the state and the inputs, it still shows as added when something else changes (an official quirk). */
  readonly showsWhenNull?: true;
}

/** An object with known properties. */
export interface BlockField extends FieldBase {
  readonly kind: "block";
  readonly fields: Fields;
}

/** A list of objects with known properties; `set` when its order has no meaning. */
export interface BlocksField extends FieldBase {
  readonly kind: "blocks";
  readonly set?: true;
  readonly fields: Fields;
}

export type Field = ScalarField | TextsField | MapField | BlockField | BlocksField;

/** The properties of a resource or of an object within one. */
export interface Fields {
  readonly [property: string]: Field;
}

/** A resource type as the planner sees it. */
export interface ResourceSchema {
  readonly token: string;
  readonly fields: Fields;
  /** Terraform's schema version, kept in the state so that the official plugin can take it over; absent for none. */
  readonly schemaVersion?: string;
  /** Top-level properties that never change while a resource lives. */
  readonly stables: readonly string[];
}

const name: ScalarField = { kind: "string", replace: true };

/** The name that most resources have; left out, one is made from the logical name. */
export const autoname = name;

/** Labels as the provider takes them: a set of `{label, value}`. */
export const labelFields: Fields = {
  label: { kind: "string", required: true },
  value: { kind: "string", required: true },
};

export const duration: Rule = { duration: true };
