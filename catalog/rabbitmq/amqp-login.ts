import { connect, type Socket } from "node:net";

/** AMQP 0-9-1: class and method as one number, and the reply of who is refused. */
const [start, tune, close] = [0x000a_000a, 0x000a_001e, 0x000a_0032];
const accessRefused = 403;
const frameEnd = 0xce;

/**
 * Whether RabbitMQ lets a user in, asked as applications do: the first steps of an AMQP connection, which is then dropped. The management
 * API tells an application's user nothing, and the applications' driver would take an eighth of what the agent's bundle may weigh.
 * @param silenceLimitMs for how long it may say nothing
 * @throws Error when RabbitMQ does not answer, or says neither yes nor no; never with the password
 */
export async function amqpLogin(
  at: { readonly host: string; readonly port: number },
  user: string,
  password: string,
  silenceLimitMs = 5_000,
): Promise<boolean> {
  const socket = connect(at);
  const problem = (what: string): Error => new Error(`rabbitmq: login of ${user} over AMQP: ${what}`);
  socket.setTimeout(silenceLimitMs, () => socket.destroy(problem(`no answer within ${silenceLimitMs} ms`)));
  try {
    socket.write("AMQP\0\0\x09\x01", "latin1");
    for await (const method of methodsOf(socket)) {
      const kind = method.readUInt32BE(0);
      if (kind === tune) return true;
      if (kind === close && method.readUInt16BE(4) === accessRefused) return false;
      if (kind !== start) throw problem(`unexpected method ${kind.toString(16)}`);
      socket.write(startOk(user, password));
    }
    throw problem("RabbitMQ closed the connection");
  } finally {
    socket.destroy();
  }
}

/** The payload of each frame that comes: `kind (1) | channel (2) | size (4) | payload | end (1)`. */
async function* methodsOf(socket: Socket): AsyncGenerator<Buffer> {
  let bytes = Buffer.alloc(0);
  for await (const piece of socket) {
    bytes = Buffer.concat([bytes, piece as Buffer]);
    while (bytes.length >= 8 && bytes.length >= 8 + bytes.readUInt32BE(3)) {
      const end = 7 + bytes.readUInt32BE(3);
      yield bytes.subarray(7, end);
      bytes = bytes.subarray(end + 1);
    }
  }
}

/** Answers the server's start: who logs in, and that a refusal is to be said, not only shown by hanging up. */
function startOk(user: string, password: string): Buffer {
  const able = [short("authentication_failure_close"), Buffer.from("t\x01")];
  const properties = [short("capabilities"), Buffer.from("F"), long(Buffer.concat(able))];
  const method = Buffer.concat([
    Buffer.from([0, 10, 0, 11]),
    long(Buffer.concat(properties)),
    short("PLAIN"),
    long(Buffer.from(`\0${user}\0${password}`)),
    short("en_US"),
  ]);
  return Buffer.concat([Buffer.from([1, 0, 0]), long(method), Buffer.from([frameEnd])]);
}

function short(text: string): Buffer {
  return Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);
}

function long(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
