import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One exchange with the API, as it was recorded. */
export interface Exchange {
  readonly method: string;
  /** Below the base address. */
  readonly path: string;
  /** Those that mean something, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

/** An API that answers recorded exchanges in their order, and what was asked of it that was recorded otherwise. */
export interface RecordedApi {
  readonly baseUrl: string;
  /** Throws unless exactly the recorded calls came. */
  readonly end: () => Promise<void>;
}

/** Starts it on a free port. */
export async function recordedApi(exchanges: readonly Exchange[]): Promise<RecordedApi> {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const exchange = exchanges[asked.length];
      const headers = Object.entries(request.headers).filter(
        ([name]) => name.startsWith("cf-") && name !== "cf-r2-storage-class",
      );
      const body: unknown = text === "" ? null : JSON.parse(text);
      asked.push({ method: request.method, path: request.url, headers: Object.fromEntries(headers), body });
      response.writeHead(exchange?.status ?? 418, { "content-type": "application/json" });
      response.end(JSON.stringify(exchange?.answer ?? { success: false }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${String(port)}`,
    end: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      const wanted = exchanges.map(({ method, path, headers, body }) => ({ method, path, headers, body }));
      assert.deepEqual(asked, wanted);
    },
  };
}
