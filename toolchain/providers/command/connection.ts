import { isPropertyMap, reveal } from "../protocol/value.ts";
import type { Value } from "../protocol/value.ts";

/** Where and how to log in. Times in seconds; absent texts are `undefined`. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly privateKey: string | undefined;
  readonly privateKeyPassword: string | undefined;
  readonly password: string | undefined;
  /** The host's public key in the format of `authorized_keys`; without it any host is believed. */
  readonly hostKey: string | undefined;
  /** How many failed attempts are followed by another one; -1 for no limit. */
  readonly dialErrorLimit: number;
  /** 0 for no limit. */
  readonly perDialTimeoutSeconds: number;
}

/** What an absent property of a connection means. */
export const connectionDefaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 } as const;

/** Reads a checked `connection`, secrets included. */
export function readConnection(value: Value | undefined): Connection {
  const fields = reveal(value ?? null);
  if (!isPropertyMap(fields))
    throw new Error("connection: expected an object; the stored state may be damaged.");
  const text = (name: string): string | undefined => {
    const field = fields[name];
    return typeof field === "string" ? field : undefined;
  };
  const number = (name: string, otherwise: number): number => {
    const field = fields[name];
    return typeof field === "number" ? field : otherwise;
  };
  const host = text("host");
  if (host === undefined) throw new Error("connection.host: is missing; the stored state may be damaged.");
  return {
    host,
    port: number("port", connectionDefaults.port),
    user: text("user") ?? connectionDefaults.user,
    privateKey: text("privateKey"),
    privateKeyPassword: text("privateKeyPassword"),
    password: text("password"),
    hostKey: text("hostKey"),
    dialErrorLimit: number("dialErrorLimit", connectionDefaults.dialErrorLimit),
    perDialTimeoutSeconds: number("perDialTimeout", connectionDefaults.perDialTimeout),
  };
}

/** `host:port`, an IPv6 address in brackets. */
export function endpointOf(connection: Connection): string {
  const host = connection.host.includes(":") ? `[${connection.host}]` : connection.host;
  return `${host}:${String(connection.port)}`;
}
