import * as pulumi from "@pulumi/pulumi";
import { checkCatalog, type WholeCatalog } from "../../catalog/checks/check-catalog.ts";
import type { ServiceDefinition } from "../../catalog/definition.ts";

/** The catalog, once it has been checked as a whole. Every problem is reported at once, without a stack trace. */
export function loadCatalog(whole: WholeCatalog): readonly ServiceDefinition[] {
  const problems = checkCatalog(whole);
  if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
  return whole.catalog;
}
