import type { ServiceDefinition } from "../catalog/definition.ts";
import type { LockedImage as WholeLockedImage } from "../catalog/image-lock.ts";

/** Stands for a value that a preview cannot know yet. */
export const unknownValue = Symbol("known only after up");

/** One resource as the program declares it. */
export interface DeclaredResource {
  /** Such as `docker:index/service:Service`. */
  readonly type: string;
  /** The logical name: the last part of its URN. */
  readonly name: string;
  /** Secrets unwrapped; a value that is not known yet is `unknownValue`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
  /** Dotted paths of the inputs that are marked secret; null where the caller is not shown the marks. */
  readonly secretPaths: ReadonlySet<string> | null;
}

/** An image as the lock file has it. */
export type LockedImage = Readonly<Pick<WholeLockedImage, "ref" | "source">>;

/** All that a rule may look at. */
export interface StackView {
  readonly stack: string;
  readonly resources: readonly DeclaredResource[];
  /** Every service, with its edge. */
  readonly catalog: readonly ServiceDefinition[];
  /** The stack's image lock by key; null where the caller does not know it. */
  readonly images: Readonly<Record<string, LockedImage>> | null;
  /** Key in the stack configuration → value, to search for; empty where the caller does not know them. */
  readonly secretValues: Readonly<Record<string, string>>;
}

/** The one stack that lives on an emulated machine, with stand-ins for what it cannot fetch. */
export const localStack = "local";
