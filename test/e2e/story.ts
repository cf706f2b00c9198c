/** A part of the end-to-end run. */
export interface StoryPart {
  readonly name: string;
  readonly file: string;
  /** Without it nothing that follows makes sense. */
  readonly required: boolean;
}

function part(name: string, file: string, required = false): StoryPart {
  return { name, file: `test/e2e/${file}`, required };
}

/** In the order of an operator's life; each part finds the machine as the one before left it. */
export const story: readonly StoryPart[] = [
  part("up, unchanged, status", "up.test.ts", true),
  part("monitoring", "monitoring.test.ts"),
  part("edge", "edge.test.ts"),
  part("secrets and ports", "hardening.test.ts"),
  part("bad input", "bad-input.test.ts"),
  part("points under fault", "points.test.ts"),
  part("rotation of secrets", "rotation.test.ts"),
  part("total loss and rebuild", "total-loss.test.ts", true),
  part("restores that must turn red", "restore-faults.test.ts"),
  part("a server of one's own", "own-server.test.ts"),
];
