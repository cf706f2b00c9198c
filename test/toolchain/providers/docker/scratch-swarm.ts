import { after, before } from "node:test";
import { ScratchStack } from "./scratch-stack.ts";
import { swarmTarget, type SwarmTarget } from "./swarm-target.ts";

/** What the tests of a file work with; there once its first test runs. */
export interface ScratchSwarm {
  readonly target: SwarmTarget;
  readonly stack: ScratchStack;
}

/** A stack of its own on the live tests' Swarm, with images of these versions there; all of it is removed after the file's tests. */
export function scratchSwarm(...versions: string[]): ScratchSwarm {
  let made: ScratchSwarm | undefined;
  const get = (): ScratchSwarm => {
    if (made === undefined) throw new Error("the scratch swarm is there only while tests run");
    return made;
  };
  before(async () => {
    const target = swarmTarget();
    const stack = await ScratchStack.create(target.providerArgs());
    await target.makeImages(...versions);
    made = { target, stack };
  });
  after(async () => {
    if (made === undefined) return;
    await made.stack.run("destroy");
    made.stack.forget();
    await made.target.removeImages(...versions);
  });
  return {
    get target() {
      return get().target;
    },
    get stack() {
      return get().stack;
    },
  };
}
