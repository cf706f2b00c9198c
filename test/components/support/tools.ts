import { findOnPath } from "../../../workstation/find-on-path.ts";
import { tools } from "../../../local/prerequisites/tools.ts";

/** Throws when a declared tool is not on PATH: a test that cannot run is red, and says how to make it run. */
export function needTool(needs: string): void {
  if (findOnPath(needs) !== undefined) return;
  const tool = tools.find((one) => one.needs === needs);
  if (tool === undefined) throw new Error(`${needs}: not declared in local/prerequisites/tools.ts`);
  throw new Error(
    `${needs} is missing; install it (Debian package: ${tool.debianPackage}), or run "./kaleem check", which does`,
  );
}
