import { connectionDefaults } from "./connection.ts";
import type { InputSchema, PropertyRule } from "./input-schema.ts";

const members: InputSchema = {
  host: { kind: "text", required: true },
  user: { kind: "text", default: connectionDefaults.user },
  port: { kind: "number", default: connectionDefaults.port },
  privateKey: { kind: "text", secret: true },
  privateKeyPassword: { kind: "text", secret: true },
  password: { kind: "text", secret: true },
  hostKey: { kind: "text" },
  dialErrorLimit: { kind: "number", default: connectionDefaults.dialErrorLimit },
  perDialTimeout: { kind: "number", default: connectionDefaults.perDialTimeout },
  proxy: {
    kind: "object",
    refused: "the stand-in command provider has no proxy connections; connect directly.",
  },
  agentSocketPath: {
    kind: "text",
    refused: "the stand-in command provider asks the SSH agent of SSH_AUTH_SOCK alone; leave it out.",
  },
};

/** The `connection` of both resource types: a secret as a whole. */
export const connectionRule: PropertyRule = { kind: "object", required: true, secret: true, members };
