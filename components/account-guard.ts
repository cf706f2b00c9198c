import * as pulumi from "@pulumi/pulumi";

/**
 * Stands at the end of an account's stack and is protected. The engine destroys last things first, and looks at protection only when a thing's
 * turn comes: without this, a `destroy` would take the key pairs away from every machine before it comes to the bucket that stops it.
 */
export class AccountGuard extends pulumi.ComponentResource {
  constructor(name: string, guarded: readonly pulumi.Resource[]) {
    super("kaleem:account:Guard", name, {}, { protect: true, dependsOn: [...guarded] });
    this.registerOutputs({});
  }
}
