/** What a part tries, and how many minutes the parts that try it may take together on two idle cores. */
export const shares = {
  platform: 20,
  "front door": 8,
  copies: 8,
  applications: 6,
  cloud: 6,
  recovery: 8,
} as const;
export type Share = keyof typeof shares;

/** A part of the end-to-end run. */
export interface StoryPart {
  readonly name: string;
  readonly file: string;
  readonly share: Share;
  /** Without it nothing that follows makes sense. */
  readonly required: boolean;
}

function part(share: Share, name: string, file: string, required = false): StoryPart {
  return { name, share, file: `test/e2e/${file}`, required };
}

/** In the order of an operator's life; each part finds the machine as the one before left it. */
export const story: readonly StoryPart[] = [
  part("platform", "up, unchanged, status", "up.test.ts", true),
  part("platform", "monitoring", "monitoring.test.ts"),
  part("platform", "edge", "edge.test.ts"),
  part("platform", "secrets and ports", "hardening.test.ts"),
  part("platform", "bad input", "bad-input.test.ts"),
  part("copies", "points under fault", "points.test.ts"),
  part("recovery", "one store, and dumps", "one-store.test.ts"),
  part("platform", "rotation of secrets", "rotation.test.ts"),
  part("recovery", "total loss and rebuild", "total-loss.test.ts", true),
  part("recovery", "restores that must turn red", "restore-faults.test.ts"),
  part("front door", "a server of one's own", "own-server.test.ts"),
];

/** What each share took of its minutes, a line each; those that nothing was spent of are left out. */
export function renderShares(spent: ReadonlyMap<Share, number>): readonly string[] {
  return [...spent].map(([share, seconds]) => {
    const minutes = (seconds / 60).toFixed(1).padStart(5);
    return `  ${share.padEnd(28)} ${minutes} min of ${shares[share]}${seconds > shares[share] * 60 ? ": too long on an idle machine" : ""}`;
  });
}
