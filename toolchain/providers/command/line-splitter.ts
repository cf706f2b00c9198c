import { StringDecoder } from "node:string_decoder";

/** Cuts a stream of UTF-8 into lines, without their newlines; `end` gives out the last, unfinished one. */
export class LineSplitter {
  readonly #decoder = new StringDecoder();
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#onLine(line);
  }

  end(): void {
    const last = this.#rest + this.#decoder.end();
    if (last !== "") this.#onLine(last);
    this.#rest = "";
  }
}
