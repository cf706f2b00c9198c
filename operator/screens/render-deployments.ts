import type { DeploymentList, SeenDeployment } from "../../recovery/agent/answers/deployment-list.ts";
import { alignRows } from "./align-rows.ts";
import { renderAge } from "./render-age.ts";

/** Deployments as a table, newest first. */
export function renderDeployments({ deployments }: DeploymentList, now: Date): string {
  if (deployments.length === 0)
    return "no deployment seen: every service runs the image that it was made with";
  const rows = deployments.map((each) => [
    String(each.number),
    renderAge((now.getTime() - Date.parse(each.began)) / 1000),
    each.service,
    each.outcome,
    `${shortImage(each.from)} → ${each.to === null ? "not seen" : shortImage(each.to)}`,
    each.words ?? "",
  ]);
  return alignRows([["N", "AGE", "SERVICE", "OUTCOME", "IMAGE", ""], ...rows]).join("\n");
}

/** What tells images apart: name and tag, and the beginning of the digest. */
function shortImage(ref: string): string {
  const [name = "", digest = ""] = ref.split("@");
  return `${name.split("/").at(-1) ?? name}@${digest.replace("sha256:", "").slice(0, 12)}`;
}

/** One of them in a sentence. */
export function sayDeployment({ number, service, from, to }: SeenDeployment): string {
  return `deployment ${number} of ${service}: ${to === null ? "an image that nobody saw" : shortImage(to)} → back to ${shortImage(from)}`;
}
