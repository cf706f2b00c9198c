import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { sentenceOf } from "../../contract/sentence-of.ts";

/** Where the edge answers, as seen from outside the machine. */
export interface EdgeTarget {
  /** Such as `https://127.0.0.1:20002`. */
  readonly url: string;
  /** Name to ask for when it is not the one in `url`; also the name that the certificate must carry. */
  readonly serverName?: string;
  /** PEM of the edge's certificate, or of who signed it, when that is no public authority: then nothing else is trusted. */
  readonly ca?: string;
}

/** What is asked of the edge. */
export interface EdgeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, as it is sent. */
  readonly body?: string;
}

/** What the edge answered. */
export interface EdgeAnswer {
  readonly status: number;
  /** Parsed JSON; the text itself when it is none. */
  readonly body: unknown;
}

/**
 * No answer came. `sent` is false when not a byte of the request can have arrived (refused, no route): then nothing
 * happened. Otherwise what was asked may or may not have been done.
 */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  readonly sent: boolean;
  /** Short and stable, for counting: `ECONNREFUSED`, `timeout`. */
  readonly reason: string;

  constructor(reason: string, sent: boolean, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
    this.sent = sent;
  }
}

/**
 * Speaks JSON to the edge over kept connections. Node's own `http` rather than `fetch`: it can be told the certificate's
 * authority and name, and says whether a connection was made at all.
 */
export class EdgeClient {
  readonly #target: EdgeTarget;
  readonly #agent: HttpAgent;
  readonly #timeoutMs: number;

  /** `timeoutMs` bounds each request from its start to the last byte of its answer. */
  constructor(target: EdgeTarget, timeoutMs: number) {
    this.#target = target;
    this.#timeoutMs = timeoutMs;
    const isTls = new URL(target.url).protocol === "https:";
    const { ca, serverName: servername } = target;
    const pinned = ca === undefined ? {} : { ca, allowPartialTrustChain: true };
    const tls = { ...pinned, ...(servername === undefined ? {} : { servername }) };
    this.#agent = isTls ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true });
  }

  /** Throws `NoAnswer`. */
  get(path: string): Promise<EdgeAnswer> {
    return this.ask({ method: "GET", path });
  }

  /** Throws `NoAnswer`. */
  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<EdgeAnswer> {
    return this.ask({ method: "POST", path, headers, body: JSON.stringify(body) });
  }

  /** Throws `NoAnswer`. */
  ask({ method, path, headers: extra = {}, body }: EdgeRequest): Promise<EdgeAnswer> {
    const url = new URL(path, this.#target.url);
    const headers: Record<string, string> = { accept: "application/json", ...extra };
    if (body !== undefined) headers["content-type"] = "application/json";
    if (this.#target.serverName !== undefined) headers["host"] = this.#target.serverName;
    const open = url.protocol === "https:" ? httpsRequest : httpRequest;
    const signal = AbortSignal.timeout(this.#timeoutMs);
    return new Promise((resolve, reject) => {
      let connected = false;
      const fail = (cause: unknown) => {
        reject(noAnswer(cause, connected, signal.aborted ? this.#timeoutMs : undefined));
      };
      const request = open(url, { method, headers, agent: this.#agent, signal }, (response) => {
        readAnswer(response).then(resolve, fail);
      });
      request.on("error", fail);
      request.on("socket", (socket) => {
        if (!socket.connecting) connected = true;
        else socket.once("connect", () => (connected = true));
      });
      request.end(body);
    });
  }

  /** Closes the kept connections. */
  close(): void {
    this.#agent.destroy();
  }
}

async function readAnswer(response: IncomingMessage): Promise<EdgeAnswer> {
  response.setEncoding("utf8");
  let text = "";
  for await (const piece of response) text += String(piece);
  return { status: response.statusCode ?? 0, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // An error page of the edge; its status says enough.
  }
}

function noAnswer(cause: unknown, connected: boolean, timeoutMs: number | undefined): NoAnswer {
  if (timeoutMs !== undefined) {
    return new NoAnswer("timeout", connected, `no answer within ${timeoutMs} ms`, cause);
  }
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "broken";
  const message = sentenceOf(cause);
  return new NoAnswer(code, connected, `${message} (${code})`, cause);
}
