import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BusinessCheck } from "../../contract/business-check.ts";
import { grantsOf } from "../../catalog/applications/grants.ts";
import { applications as applicationsSchema } from "../../components/config/applications-block.ts";
import { namespace } from "../../components/config/stack-file-schema.ts";
import { checksOf } from "../../operator/stack/business-checks.ts";
import { catalogOf } from "../../operator/stack/stack-catalog.ts";
import { parseStackFile } from "../../operator/stack/stack-file.ts";
import { repositoryRoot } from "../../workstation/repository.ts";

const name = "Pulumi.local.yaml";
const file = parseStackFile(readFileSync(join(repositoryRoot, name), "utf8"), name);

/** The sample application's settings, as the local stack's file has them. */
export const sampleApplications = file.config?.[`${namespace}applications`] as Readonly<
  Record<string, Readonly<Record<string, unknown>>>
>;

/** What the sample application's user may do in each store. */
export const sampleGrants = grantsOf(applicationsSchema.parse(sampleApplications));

/** Every service of the local stack: the platform's own, and the sample application. */
export const catalog = catalogOf(file, name);

/** What proves that the sample application keeps what it acknowledges. */
export const sampleBusinessChecks = file.config?.[`${namespace}businessChecks`];

/** One of them, as everything but the settings knows it. */
export function sampleCheck(name: "order" | "webhook"): BusinessCheck {
  const check = checksOf(file, "Pulumi.local.yaml").checks[name];
  if (check === undefined) throw new Error(`the local stack declares no business check ${name}`);
  return check;
}
