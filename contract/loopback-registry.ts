/** Where a host serves the images that its bucket holds: on the loopback alone, which Docker may speak plain HTTP to. */
export const loopbackRegistry = "127.0.0.1:5001";

/** Stands for the colon before a port, which no name's middle may have; no host's name has it. */
const portMark = "__";

/**
 * The same image, by the same digest, as the loopback registry gives it: its registry's name becomes a part of the name. Pure.
 * @throws Error for a reference without a digest: nobody could say which image that is
 */
export function onLoopback(reference: string): string {
  if (!/@sha256:[0-9a-f]{64}$/.test(reference))
    throw new Error(`${reference}: expected a reference with a digest`);
  if (reference.startsWith(`${loopbackRegistry}/`)) return reference;
  const [, host = "", port = "", path = ""] = /^([^/:@]+):(\d+)(\/.+)$/.exec(reference) ?? [];
  return `${loopbackRegistry}/${port === "" ? reference : `${host}${portMark}${port}${path}`}`;
}

/** The reference that `onLoopback` was given; any other one as it is. Pure. */
export function offLoopback(reference: string): string {
  if (!reference.startsWith(`${loopbackRegistry}/`)) return reference;
  const own = reference.slice(loopbackRegistry.length + 1);
  return own.replace(/^([^/]+?)__(\d+)\//, "$1:$2/");
}
