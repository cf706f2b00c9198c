/**
 * The signal that a call obeys: its own cancellation, and the resource option `customTimeouts` when there is one.
 * Aborted by the deadline it carries the official plugin's words.
 */
export function withDeadline(signal: AbortSignal, timeoutSeconds: number | undefined): AbortSignal {
  if (timeoutSeconds === undefined) return signal;
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new Error(`context deadline exceeded (customTimeouts: ${String(timeoutSeconds)} s)`));
  }, timeoutSeconds * 1000);
  // An answered call must not keep the process alive.
  timer.unref();
  return AbortSignal.any([signal, controller.signal]);
}
