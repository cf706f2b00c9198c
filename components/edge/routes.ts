import type { Route } from "./nginx-conf.ts";

/** Which requests from outside go to which service; the longest path that fits wins. */
export const routes: readonly Route[] = [
  { path: "/", service: "api", port: 3000 },
  { path: "/webhooks/", service: "webhooks", port: 3100 },
];
