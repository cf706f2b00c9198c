import { waitUntil } from "../../contract/wait-until.ts";
import { EdgeClient, NoAnswer, type EdgeTarget } from "../../recovery/business/edge-client.ts";

/** What the edge said to `GET /api/health`: its status code, or why there was none. */
export async function askEdge(target: EdgeTarget): Promise<{ status: number | null; text: string }> {
  const client = new EdgeClient(target, 3000);
  try {
    const { status, body } = await client.get("/api/health");
    return { status, text: `${status} ${JSON.stringify(body)}` };
  } catch (error) {
    if (error instanceof NoAnswer) return { status: null, text: error.message };
    throw error;
  } finally {
    client.close();
  }
}

/** Waits until the edge answers `GET /api/health` with this status; at the deadline an error with its last answer. */
export async function awaitEdge(target: EdgeTarget, wanted: 200 | 503, timeoutMs: number): Promise<void> {
  let last = "not asked";
  const answersAsWanted = async (): Promise<boolean> => {
    const answer = await askEdge(target);
    last = answer.text;
    return answer.status === wanted;
  };
  await waitUntil(answersAsWanted, {
    limitMs: timeoutMs,
    everyMs: 250,
    late: () =>
      `${target.url}/api/health: expected ${wanted} within ${timeoutMs / 1000} s, the last answer was: ${last}. ` +
      "See `./kaleem status`, and `docker service ps api --no-trunc` on the host.",
  });
}
