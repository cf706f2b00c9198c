/** How data is cut for a link, and how much of it travels at once. */
export interface UploadPace {
  readonly connections: number;
  /** Target size of a pack: 4 … 128 in restic. */
  readonly packMiB: number;
}

const MiB = 1024 * 1024;
/** What an interruption may cost at most, in seconds of the link: whatever is under way is lost with it. */
const atStakeSeconds = 4;
const leastPackMiB = 4;
const mostPackMiB = 32;
const mostConnections = 5;
/** For a link that nothing is known of yet: right for one of 8 Mbit/s, and not slow on a fast one. */
const firstPace: UploadPace = { connections: 2, packMiB: leastPackMiB };

/**
 * The pace for a link: few and small packs where it is slow, so that those that are under way when a run is interrupted are few
 * seconds' worth; more and larger ones where it is fast, so that it is used and the bucket holds few objects.
 * @param bytesPerSecond As measured; null when it never was.
 */
export function uploadPace(bytesPerSecond: number | null): UploadPace {
  if (bytesPerSecond === null) return firstPace;
  const underWay = (bytesPerSecond * atStakeSeconds) / MiB;
  const connections = clamp(Math.floor(underWay / leastPackMiB), 1, mostConnections);
  // Packs that travel together all end late: they grow only once there are no more connections to use.
  const packMiB = connections < mostConnections ? leastPackMiB : underWay / connections;
  return { connections, packMiB: clamp(Math.floor(packMiB), leastPackMiB, mostPackMiB) };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
