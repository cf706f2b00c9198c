import type * as pulumi from "@pulumi/pulumi";

/**
 * What a component's children must wait for, taken from the component's own options, and whatever else is named: the engine
 * records dependencies of the children alone, and destroys by them.
 */
export function inherited(
  opts: pulumi.ComponentResourceOptions | undefined,
  ...also: readonly pulumi.Resource[]
): Pick<pulumi.CustomResourceOptions, "dependsOn"> {
  const given = opts?.dependsOn;
  if (given === undefined) return also.length === 0 ? {} : { dependsOn: [...also] };
  if (also.length === 0) return { dependsOn: given };
  return {
    dependsOn: [...(Array.isArray(given) ? given : [given as pulumi.Input<pulumi.Resource>]), ...also],
  };
}
