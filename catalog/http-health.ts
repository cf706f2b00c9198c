import type { Health } from "./definition.ts";

/** Health that is asked for at `url` inside the container, by its own image's wget: any answer but an error is health. */
export function httpHealth(url: string, pace: Omit<Health, "argv">): Health {
  return { argv: ["wget", "-q", "-O", "/dev/null", url], ...pace };
}
