/** Where a host serves the images that its bucket holds: on the loopback alone, which Docker may speak plain HTTP to. */
export const loopbackRegistry = "127.0.0.1:5001";

/**
 * The same image, by the same digest, as the loopback registry gives it: its registry's name becomes a part of the name. Pure.
 * @throws Error for a reference without a digest: nobody could say which image that is
 */
export function onLoopback(reference: string): string {
  if (!/@sha256:[0-9a-f]{64}$/.test(reference))
    throw new Error(`${reference}: expected a reference with a digest`);
  return reference.startsWith(`${loopbackRegistry}/`) ? reference : `${loopbackRegistry}/${reference}`;
}
