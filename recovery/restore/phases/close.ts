import type { Phase } from "./phase.ts";

/** Keeps customers and applications away: what they wrote from here on would be lost when the data is replaced. */
export const closeWriters: Phase = async ({ ports }) => ({ detail: await ports.closing.close() });
