import { entryPath } from "../inventory/inventory.ts";

/** Where an inventory tells of a queue; its messages are below. */
export function queuePath(vhost: string, name: string): string {
  return entryPath("vhost", vhost, "queue", name);
}
