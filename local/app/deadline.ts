/**
 * Waits for a promise, but no longer than `limitMs`; then throws what `late` makes.
 * The work itself goes on: drivers cannot take back what they have sent. Its later failure is no surprise any more and is dropped.
 */
export async function withDeadline<T>(work: Promise<T>, limitMs: number, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(late());
    }, limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
