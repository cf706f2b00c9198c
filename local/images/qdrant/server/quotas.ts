import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import { QdrantError } from "./qdrant-error.ts";
import type { Settings } from "./settings.ts";

/** Where the container's own limit stands, by the version of control groups. */
const limitFiles = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/** Refuses updates once memory or disk are used up to a share. */
export type CheckQuotas = () => Promise<void>;

/** Qdrant's quotas over this process' memory and the file system of its data. The words are not Qdrant's own. */
export function quotas({ storage_path, quotas: wanted }: Settings["storage"]): CheckQuotas {
  const limit = memoryLimit();
  return async () => {
    if (!wanted.enabled) return;
    const memory = (process.memoryUsage.rss() / limit) * 100;
    if (memory >= (wanted.max_resident_memory_percent ?? Infinity)) throw QdrantError.quota("memory", memory);
    const { blocks, bavail } = await statfs(storage_path);
    const disk = (1 - bavail / blocks) * 100;
    if (disk >= (wanted.max_disk_usage_percent ?? Infinity)) throw QdrantError.quota("disk", disk);
  };
}

function memoryLimit(): number {
  for (const file of limitFiles) {
    try {
      const limit = Number(readFileSync(file, "utf8"));
      if (limit > 0) return Math.min(limit, totalmem());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return totalmem();
}
