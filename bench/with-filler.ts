import type { RemoteHost } from "../operator/ssh/remote-host.ts";
import { fillFolder, folderInStore } from "./fill-folder.ts";

const folder = folderInStore("bench-filler");

/** Runs `work` while so many small files more, of 4 KiB, are in a store's live directory; they go again, however it ends. */
export async function withFiller<T>(host: RemoteHost, files: number, work: () => Promise<T>): Promise<T> {
  try {
    await fillFolder(host, folder, { count: files, bytes: 4096, timeoutMs: 300_000 });
    return await work();
  } finally {
    await host.run(["rm", "-rf", folder], { timeoutMs: 300_000 });
  }
}
