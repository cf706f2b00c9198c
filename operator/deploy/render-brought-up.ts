import { elapsedSeconds } from "../../workstation/timed-progress.ts";
import type { BroughtUp } from "./bring-up.ts";

/** What a person wants to know after `up`: addresses, what runs, versions, which engine and providers, where the time went. */
export function renderBroughtUp(up: BroughtUp): string {
  const { engine, running, off, versions, data, edge, phases } = up;
  const { name: stack, offsiteOf } = up.stack;
  // A replacement takes the place of the stack whose bucket it has.
  const replaced = offsiteOf === stack ? "" : ` --of-stack ${offsiteOf}`;
  const { user, address, port, privateKeyFile } = up.host.target;
  const total = elapsedSeconds(phases);
  const width = Math.max(...[...running, ...off].map(({ name }) => name.length));
  return [
    "",
    data.closed ? `Stack ${stack} is up but CLOSED: ${data.reason}` : `Stack ${stack} is up and serves`,
    ...(data.closed ? [`  now run: ./kaleem restore --stack ${stack}${replaced}`] : []),
    "",
    `  edge      ${edge.url}   (health: ${edge.url}/api/health, as ${edge.serverName ?? "itself"})`,
    `  ssh       ${user}@${address} port ${port}${privateKeyFile === undefined ? "" : `, key ${privateKeyFile}`}`,
    `  off-site  ${up.offsite.endpoint}/${up.offsite.bucket}`,
    "",
    ...running.map(
      ({ name, replicas, image }) =>
        `  ${name.padEnd(width)} ${replicas} healthy   ${versions.get(image) ?? image}`,
    ),
    ...off.map(({ name, why }) => `  ${name.padEnd(width)} off: ${why}`),
    ...(up.remarks.length === 0 ? [] : ["", ...up.remarks.map((remark) => `  not protected  ${remark}`)]),
    "",
    `  engine    pulumi ${engine.version} (${engine.source}); providers: docker ${engine.providers.docker}, command ${engine.providers.command}`,
    "",
    ...phases.map(({ name, seconds }) => `  ${seconds.toFixed(1).padStart(7)} s  ${name}`),
    `  ${total.toFixed(1).padStart(7)} s  in all`,
  ].join("\n");
}
