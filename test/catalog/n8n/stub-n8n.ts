import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ownerEmail } from "../../../catalog/n8n/n8n-client.ts";

/** The part of n8n's REST that recovery uses, with answers shaped as those of 2.41. */
export interface StubN8n {
  readonly port: number;
  /** Tags by id, as they are now. */
  readonly tags: Map<string, string>;
  /** Workflows as a question for one of them is answered. */
  workflows: { id: string; name: string; nodes: object[]; active: boolean }[];
  /** Without its content, as n8n lists it. */
  credential: { id: string; name: string; type: string };
  /** The newest first. */
  executions: {
    id: string;
    workflowId: string;
    mode: string;
    status: string;
    startedAt: string;
    stoppedAt: string | null;
  }[];
  logins: number;
  /** Set to leave questions unanswered. */
  silent: boolean;
  stop(): void;
}

const session = "session-token";

export async function startStub(password: string): Promise<StubN8n> {
  const server = createServer((request, response) => {
    answer(request, response, password, stub).catch((error: unknown) => response.destroy(error as Error));
  });
  const stub: StubN8n = {
    port: 0,
    tags: new Map([["t0", "customers"]]),
    workflows: [
      { id: "a", name: "طلب / one", nodes: [{ parameters: { token: "typed-in-by-hand" } }], active: true },
      { id: "b", name: "two", nodes: [], active: false },
    ],
    credential: { id: "c", name: "mail", type: "smtp" },
    executions: [],
    logins: 0,
    silent: false,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(stub, { port: (server.address() as AddressInfo).port });
}

async function answer(request: IncomingMessage, response: ServerResponse, password: string, stub: StubN8n) {
  const { method = "", url = "" } = request;
  const body = await read(request);
  const send = (status: number, value: unknown, headers = {}): true => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
    return true;
  };
  if (url === "/healthz/readiness") {
    send(200, { status: "ok" });
    return;
  }
  if (method === "POST" && url === "/rest/login") {
    stub.logins += 1;
    if (stub.logins > 5) {
      send(429, { message: "Too many requests" });
      return;
    }
    if (body["emailOrLdapLoginId"] !== ownerEmail || body["password"] !== password) {
      send(401, { code: 401, message: "Wrong username or password. Do you have caps lock on?" });
      return;
    }
    send(200, { data: { id: "1" } }, { "set-cookie": `n8n-auth=${session}; Path=/; HttpOnly; Secure` });
    return;
  }
  if (request.headers.cookie !== `n8n-auth=${session}`) {
    send(401, { status: "error", message: "Unauthorized" });
    return;
  }
  if (stub.silent) return undefined;
  const [, tag] = /^\/rest\/tags\/(.+)$/.exec(url) ?? [];
  const name = String(body["name"]);
  if (method === "PATCH" && tag !== undefined) {
    stub.tags.set(tag, name);
    send(200, { data: { id: tag, name } });
    return;
  }
  if (method === "POST" && url === "/rest/tags") {
    const id = `t${stub.tags.size}`;
    stub.tags.set(id, name);
    send(200, { data: { id, name } });
    return;
  }
  const answers: Record<string, unknown> = {
    "/rest/login": { data: { id: "1" } },
    "/rest/settings": { data: { versionCli: "2.41.3" } },
    "/rest/tags": { data: [...stub.tags].map(([id, called]) => ({ id, name: called })) },
    "/rest/workflows": { count: 2, data: [{ id: "a" }, { id: "b" }] },
    "/rest/workflows?take=50&skip=0": {
      count: 2,
      data: stub.workflows.map(({ id, name }) => ({ id, name })),
    },
    ...Object.fromEntries(stub.workflows.map((one) => [`/rest/workflows/${one.id}`, { data: one }])),
    "/rest/credentials": { data: [stub.credential] },
    "/rest/executions?limit=50": {
      data: { count: stub.executions.length, estimated: false, results: stub.executions },
    },
  };
  if (url in answers) send(200, answers[url]);
  else send(404, { code: 404, message: "not found" });
}

async function read(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString() || "{}") as Record<string, unknown>;
}
