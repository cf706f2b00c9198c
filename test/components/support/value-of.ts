import type * as pulumi from "@pulumi/pulumi";

/** What an output comes to. Of one that is never known, nothing: the test that waits for it ends by its limit. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => {
    output.apply((value) => {
      resolve(value as pulumi.Unwrap<T>);
    });
  });
}
