import { connect } from "node:net";

const atOnce = 1_000;
/** Longer than the second after which a lost SYN is sent again. */
const timeoutMs = 1_300;

/** Which of these TCP ports take a connection; a port that does not answer in time counts as closed. */
export async function openPorts(address: string, ports: readonly number[]): Promise<number[]> {
  const open: number[] = [];
  const queue = ports.values();
  const work = async (): Promise<void> => {
    for (const port of queue) if (await answers(address, port)) open.push(port);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return open.sort((a, b) => a - b);
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port });
    const end = (isOpen: boolean): void => {
      socket.destroy();
      done(isOpen);
    };
    socket.setTimeout(timeoutMs, () => {
      // On a busy machine timers may be looked at before the answers that came in meanwhile: those first.
      setImmediate(() => {
        setImmediate(() => {
          end(false);
        });
      });
    });
    socket.on("connect", () => {
      end(true);
    });
    socket.on("error", () => {
      end(false);
    });
  });
}
