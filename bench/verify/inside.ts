/**
 * The bench of the verdict, in a mount namespace of its own: `verify-benchmark.ts` starts it. Its order comes as JSON on stdin; each run's
 * result goes to stdout, one JSON object a line; what happens is told on stderr.
 */
import { text } from "node:stream/consumers";
import { BenchDocker } from "./bench-docker.ts";
import { benchInside, orderSchema } from "./bench-inside.ts";

const order = orderSchema.parse(JSON.parse(await text(process.stdin)));
await benchInside(order, new BenchDocker(order.folder), {
  tell: (line) => void process.stderr.write(`${line}\n`),
  result: (one) => void process.stdout.write(`${JSON.stringify(one)}\n`),
});
