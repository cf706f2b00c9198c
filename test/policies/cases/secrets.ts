import type { RefusedCases } from "../support/refused-case.ts";

/** How the rules about secrets are broken. */
export const secretsCases: RefusedCases = {
  "a Swarm secret in plain": {
    rule: "secrets-marked",
    spoil: (stack) => {
      stack.resource("store-password").set("secretPaths", new Set());
      stack.inputs("store-password").set("data", "something");
    },
    says: [
      "store-password: data: expected a Pulumi secret, got plain text (not shown); wrap it in pulumi.secret, or read it with requireSecret",
    ],
  },
  "a secret file in plain": {
    rule: "secrets-marked",
    spoil: (stack) => {
      stack.resource("restic-password").set("secretPaths", new Set(["connection"]));
      stack.inputs("restic-password").set("stdin", "something");
    },
    says: [
      "restic-password: stdin: expected a Pulumi secret, got plain text (not shown); wrap it in pulumi.secret, or read it with requireSecret",
    ],
  },
  "a private key in plain": {
    rule: "secrets-marked",
    spoil: (stack) => stack.resource("edge-conf").set("secretPaths", new Set()),
    says: [
      "edge-conf: connection.privateKey: expected a Pulumi secret, got plain text (not shown); wrap it in pulumi.secret, or read it with requireSecret",
    ],
  },
  "a secret's value in another input, in base64": {
    rule: "secrets-marked",
    spoil: (stack) =>
      stack.inputs("store-file").set("data", `x${Buffer.from("never-in-plain").toString("base64")}`),
    says: [
      "store-file: data: expected no secret, got the value of store-password in plain text (not shown); deliver it as a Swarm secret or by stdin",
    ],
  },
  "a password in the environment": {
    rule: "environment-harmless",
    spoil: (stack) => stack.container("store-service").set("env.MONGO_PASSWORD", "x"),
    says: [
      "store-service: env MONGO_PASSWORD: expected no secret, got what looks like one (not shown); deliver it under /run/secrets and name the file",
    ],
  },
  "a login in an address": {
    rule: "environment-harmless",
    spoil: (stack) => stack.container("store-service").set("env.URL", "redis://:hunter2@redis:6379"),
    says: [
      "store-service: env URL: expected no secret, got what looks like one (not shown); deliver it under /run/secrets and name the file",
    ],
  },
  "a password among the arguments": {
    rule: "environment-harmless",
    spoil: (stack) => stack.container("store-service").set("args", ["serve", "--password=x"]),
    says: [
      "store-service: args.1: expected no secret, got what looks like one (not shown); deliver it under /run/secrets and name the file",
    ],
  },
  "a secret with a fixed name": {
    rule: "secrets-rotatable",
    spoil: (stack) => stack.inputs("store-password").set("name", "store-password"),
    says: [
      'store-password: name: expected none, so that a new one can be made before the old one goes, got "store-password"; leave it out',
    ],
  },
};
