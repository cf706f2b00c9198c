/** What Docker says of a container or service that went between being listed and being asked for. */
const gone = /no such (object|container|service)\b/i;
const attempts = 5;

/**
 * A look at what runs that is taken again when something of it went meanwhile: while services are updated that is no failure.
 * @throws What `look` threw otherwise, or the fifth time
 */
export async function lookAgain<T>(look: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await look();
    } catch (error) {
      if (attempt === attempts || !(error instanceof Error) || !gone.test(error.message)) throw error;
    }
  }
}
