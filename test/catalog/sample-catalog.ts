import { readFileSync } from "node:fs";
import { join } from "node:path";
import { grantsOf } from "../../catalog/applications/grants.ts";
import { applications as applicationsSchema } from "../../components/config/applications-block.ts";
import { namespace } from "../../components/config/stack-file-schema.ts";
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
