import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, test } from "node:test";
import { amqpLogin } from "../../../catalog/rabbitmq/amqp-login.ts";

let server: Server;
let heard = "";
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
});

const method = (...bytes: readonly number[]): Buffer =>
  Buffer.from([1, 0, 0, 0, 0, 0, bytes.length, ...bytes, 0xce]);
/** As RabbitMQ says it, without the texts that nobody reads. */
const start = method(0, 10, 0, 10, 0, 9);
const tune = method(0, 10, 0, 30, 7, 255);
const refusal = (code: number) => method(0, 10, 0, 50, code >> 8, code & 255, 0);

/** A server that greets, and answers a log-in with `answer`. */
async function logInAt(answer: (socket: Socket) => void, limitMs?: number): Promise<boolean> {
  heard = "";
  server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (piece) => {
      const first = heard === "";
      heard += piece.toString("latin1");
      if (first) socket.write(start);
      else answer(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return amqpLogin({ host: "127.0.0.1", port }, "app-0123abcd", "hunter2-secret", limitMs);
}

test("who may go on is let in, by the name and the password that were given", async () => {
  assert.equal(await logInAt((socket) => socket.write(tune)), true);
  assert.ok(heard.startsWith("AMQP\0\0\x09\x01"));
  assert.ok(heard.includes("\x05PLAIN\0\0\0\x1c\0app-0123abcd\0hunter2-secret\x05en_US\xce"));
});

test("a refusal is told, in as many pieces as it comes", async () => {
  const inPieces = (socket: Socket): void => {
    const bytes = refusal(403);
    socket.write(bytes.subarray(0, 9));
    setTimeout(() => socket.write(bytes.subarray(9)), 20);
  };
  assert.equal(await logInAt(inPieces), false);
});

for (const [title, answer, sentence] of [
  [
    "another reason to close is no refusal",
    (socket: Socket) => socket.write(refusal(530)),
    "unexpected method a0032",
  ],
  ["hanging up is no refusal", (socket: Socket) => socket.end(), "RabbitMQ closed the connection"],
] as const) {
  test(title, async () => {
    await assert.rejects(
      logInAt((socket) => void answer(socket)),
      new RegExp(`^Error: rabbitmq: login of app-0123abcd over AMQP: ${sentence}$`),
    );
  });
}

test("silence is no refusal", async () => {
  await assert.rejects(
    logInAt(() => undefined, 50),
    /^Error: rabbitmq: login of app-0123abcd over AMQP: no answer within 50 ms$/,
  );
});
