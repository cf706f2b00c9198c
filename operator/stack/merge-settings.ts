/** Settings laid over others: mappings key by key at every depth, all else as a whole. Pure. */
export function mergeSettings(
  below: Readonly<Record<string, unknown>>,
  above: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged = Object.entries(above).map(([key, value]) => {
    const said = below[key];
    return [key, isMapping(said) && isMapping(value) ? mergeSettings(said, value) : value] as const;
  });
  return { ...below, ...Object.fromEntries(merged) };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
