import type { Phase } from "./phase.ts";

/** Keeps customers and applications away: what they wrote from here on would be lost when the data is replaced. */
export const fenceWriters: Phase = async ({ ports }) => ({ detail: await ports.fence.close() });
