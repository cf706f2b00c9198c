import type { Storage } from "./storage.ts";
import { version } from "./version.ts";

/** What `/metrics` answers: the ones of Qdrant's series that dashboards and alerts here look at. */
export function renderMetrics(storage: Storage): string {
  const { collections } = storage;
  const points = collections.map(({ name, size }) => `collection_points{id="${name}"} ${size}`);
  return [
    "# HELP app_info information about qdrant server",
    "# TYPE app_info gauge",
    `app_info{name="qdrant",version="${version}"} 1`,
    "# HELP collections_total number of collections",
    "# TYPE collections_total gauge",
    `collections_total ${collections.length}`,
    "# HELP collections_vector_total total number of vectors in all collections",
    "# TYPE collections_vector_total gauge",
    `collections_vector_total ${collections.reduce((sum, { size }) => sum + size, 0)}`,
    "# HELP collection_points approximate amount of points per collection",
    "# TYPE collection_points gauge",
    ...points,
    "# HELP memory_resident_bytes Maximum number of bytes in physically resident data pages mapped",
    "# TYPE memory_resident_bytes gauge",
    `memory_resident_bytes ${process.memoryUsage.rss()}`,
    "",
  ].join("\n");
}
