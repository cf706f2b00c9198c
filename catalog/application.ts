import type { Health } from "./definition.ts";

const path = "/etc/kaleem/health";

/**
 * What the platform's own applications have in common: one image with all of them in it (and bash, for the look at their health), an
 * unprivileged user, and a health address that means readiness, so that an update to a version that cannot reach what it needs is
 * rolled back.
 */
export function application(role: string, healthUrl: string) {
  const health: Health = {
    argv: ["/bin/bash", path, healthUrl],
    every: "5s",
    timeout: "4s",
    retries: 6,
    startPeriod: "20s",
  };
  return {
    user: "1000:1000",
    args: [role],
    files: { [path]: new URL("files/answers-200.sh", import.meta.url) },
    health,
    // Longer than the application's own drain limit of 20 s.
    stopGrace: "30s",
  } as const;
}
