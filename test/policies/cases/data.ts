import type { RefusedCases } from "../support/refused-case.ts";

/** How the rules about data are broken. */
export const dataCases: RefusedCases = {
  "data beside the data root": {
    rule: "data-under-root",
    spoil: (stack) => stack.container("store-service").set("mounts.0.source", "/srv/kaleem/live/../points"),
    says: [
      'store-service: mount at /data: expected a directory below /srv/kaleem/live, got bind "/srv/kaleem/live/../points"; put the data there, or mount it read-only',
    ],
  },
  "data in a volume": {
    rule: "data-under-root",
    spoil: (stack) => {
      stack.container("store-service").set("mounts.0.type", "volume");
      stack.container("store-service").set("mounts.0.source", "data");
    },
    says: [
      'store-service: mount at /data: expected a directory below /srv/kaleem/live, got volume "data"; put the data there, or mount it read-only',
    ],
  },
  "a store without its mount": {
    rule: "data-under-root",
    spoil: (stack) => stack.container("store-service").set("mounts", []),
    says: [
      "store-service: mount at /data: expected the store's data directory, got nothing; its data would die with its container",
    ],
  },
  "an unprotected disk": {
    rule: "data-protected",
    spoil: (stack) => stack.resource("disk").set("protect", false),
    says: [
      "disk: protect: expected true for aws:ebs/volume:Volume, which holds data, got false; give it protect: true",
    ],
  },
  "a removal that takes data along": {
    rule: "data-protected",
    spoil: (stack) => stack.inputs("edge-conf").set("delete", "rm -rf '/srv/kaleem/live/store'"),
    says: [
      "edge-conf: delete: expected a command that leaves data alone, got one that names /srv/kaleem; remove data by hand",
    ],
  },
};
