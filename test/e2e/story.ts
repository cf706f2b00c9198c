/** A part of the end-to-end run. */
export interface StoryPart {
  readonly name: string;
  readonly file: string;
  /** Only the tests whose titles match; all when left out. */
  readonly only?: string;
  /** Without it nothing that follows makes sense. */
  readonly required: boolean;
}

function part(name: string, file: string, required = false): StoryPart {
  return { name, file: `test/e2e/${file}`, required };
}

/** In the order of an operator's life; each part finds the machine as the one before left it. */
export const story: readonly StoryPart[] = [
  part("up, unchanged, status", "up.test.ts", true),
  part("secrets and ports", "hardening.test.ts"),
  part("bad input", "bad-input.test.ts"),
  {
    ...part("points under fault", "points.test.ts"),
    only: "a point holds every store|a point that fails is loud|no space for the repository|off-site is away|past the pause limit",
  },
  part("total loss and rebuild", "total-loss.test.ts", true),
  part("restores that must turn red", "restore-faults.test.ts"),
];

/** All of what can go wrong with a point, on a stack of its own. */
export const faults: readonly StoryPart[] = [
  part("up, unchanged, status", "up.test.ts", true),
  part("points under fault, all", "points.test.ts"),
];
