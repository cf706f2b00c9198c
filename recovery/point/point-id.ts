import { randomBytes } from "node:crypto";

const pattern = /^\d{8}T\d{6}Z-[0-9a-f]{4}$/;

/** A new point's id: its instant to the second and four random digits, such as `20261121T140500Z-1f3a`. Sorts by time. */
export function newPointId(instant: Date, random: Buffer = randomBytes(2)): string {
  return `${instant.toISOString().replace(/[-:]|\.\d+/g, "")}-${random.toString("hex").slice(0, 4)}`;
}

/** True for text of the form that `newPointId` gives. */
export function isPointId(text: string): boolean {
  return pattern.test(text);
}
