import type * as pulumi from "@pulumi/pulumi";

/**
 * What a component's children must wait for, taken from the component's own options: the engine records dependencies of
 * the children alone, and destroys by them.
 */
export function inherited(
  opts: pulumi.ComponentResourceOptions | undefined,
): Pick<pulumi.CustomResourceOptions, "dependsOn"> {
  return opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn };
}
