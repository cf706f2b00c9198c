import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** What a fake answers. */
export interface FakeAnswer {
  readonly status: number;
  readonly body?: string;
  /** How long it takes. @default 0 */
  readonly afterMs?: number;
}

/** A request as the fake got it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Runs `work` against an HTTP server on loopback that keeps what it is asked. */
export async function withLoopback<T>(
  answer: (request: SeenRequest) => FakeAnswer,
  work: (url: string, seen: readonly SeenRequest[]) => Promise<T>,
): Promise<T> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    let body = "";
    incoming.setEncoding("utf8").on("data", (piece: string) => (body += piece));
    incoming.on("end", () => {
      const request = {
        method: incoming.method ?? "",
        url: incoming.url ?? "",
        headers: incoming.headers,
        body,
      };
      seen.push(request);
      const { status, body: text = "", afterMs = 0 } = answer(request);
      setTimeout(() => response.writeHead(status).end(text), afterMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** The address of a port on which nobody listens. */
export async function deadUrl(): Promise<string> {
  return withLoopback(
    () => ({ status: 200 }),
    async (url) => url,
  );
}
