import type { BroughtUp } from "./bring-up.ts";

/** What a person wants to know after `up`: addresses, what runs, versions, which engine and providers, where the time went. */
export function renderBroughtUp(stack: string, up: BroughtUp): string {
  const { engine, running, off, versions, fence, vps, edge, phases } = up;
  const total = phases.reduce((sum, phase) => sum + phase.seconds, 0);
  const width = Math.max(...[...running, ...off].map(({ name }) => name.length));
  return [
    "",
    fence.fenced ? `Stack ${stack} is up but CLOSED: ${fence.reason}` : `Stack ${stack} is up and serves`,
    ...(fence.fenced ? [`  now run: npm run restore -- --stack ${stack}`] : []),
    "",
    `  edge      ${edge.url}   (health: ${edge.url}/api/health, as ${edge.serverName ?? "itself"})`,
    `  ssh       root@${vps.address} port ${vps.port}, key ${up.host.target.privateKeyFile}`,
    `  off-site  ${up.cloud.offsite.endpoint}/${up.cloud.offsite.bucket}`,
    "",
    ...running.map(
      ({ name, replicas, image }) =>
        `  ${name.padEnd(width)} ${replicas} healthy   ${versions.get(image) ?? image}`,
    ),
    ...off.map(({ name, why }) => `  ${name.padEnd(width)} off: ${why}`),
    "",
    `  engine    pulumi ${engine.version} (${engine.source}); providers: docker ${engine.providers.docker}, command ${engine.providers.command}`,
    "",
    ...phases.map(({ name, seconds }) => `  ${seconds.toFixed(1).padStart(7)} s  ${name}`),
    `  ${total.toFixed(1).padStart(7)} s  in all`,
  ].join("\n");
}
