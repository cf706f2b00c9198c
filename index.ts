import * as pulumi from "@pulumi/pulumi";
import { agentConfig } from "./components/agent/agent-config.ts";
import { Backups } from "./components/agent/backups.ts";
import { Lineage } from "./components/agent/lineage.ts";
import { RecoveryAgent } from "./components/agent/recovery-agent.ts";
import { loadConfig } from "./components/config/load.ts";
import { Edge } from "./components/edge/edge.ts";
import { nginx } from "./components/edge/nginx.ts";
import { routes } from "./components/edge/routes.ts";
import { Host } from "./components/host/host.ts";
import { Monitoring } from "./components/agent/monitoring.ts";
import { catalog as definitions } from "./catalog/catalog.ts";
import { enabledServices } from "./catalog/switches.ts";
import { loadCatalog, loadImages } from "./components/services/load-checked.ts";
import { Services } from "./components/services/services.ts";
import { stackOutputs } from "./components/stack-outputs.ts";
import { Offsite } from "./components/offsite/offsite.ts";
import { bringRestic } from "./toolchain/restic/bring-restic.ts";

const stack = pulumi.getStack();
const catalog = loadCatalog({ catalog: definitions, edge: nginx, published: { [nginx.name]: [80, 443] } });
const config = loadConfig(catalog); // every problem at once, path first
const enabled = enabledServices(catalog, config.services);
const images = loadImages(config.imageLock, [...enabled, nginx], config.imagesFrom);

const host = new Host("host", { ssh: config.host, dataVolume: config.dataVolume, catalog, bringRestic });
const offsite = new Offsite("offsite", { settings: config.offsite, secret: config.secret });
const agent = new RecoveryAgent("agent", {
  host,
  offsite,
  config: agentConfig({ stack, catalog: enabled, ...config, settings: config.services, edge: nginx.name }),
  resticPassword: config.secret("restic-password"),
  pingUrl: config.pingUrl,
  stackFile: { stack, ...config },
});
const services = new Services("services", {
  host,
  agent, // makes users and replica sets between stores and applications
  catalog: enabled,
  images,
  imagesFrom: config.imagesFrom,
  settings: config.services,
  secret: config.secret,
  facts: { stack, settings: config, catalog: [...enabled, nginx] },
  closed: config.closed,
});
const edge = new Edge("edge", {
  host,
  services,
  image: images.ref(nginx.image),
  routes,
  settings: config.edge,
  secret: config.secret,
});
const lineage = new Lineage("lineage", { ...config, host, agent, stack, after: [services, edge] });
const backups = new Backups("backups", { ...config, host, agent, images, after: [services, lineage] });
new Monitoring("monitoring", { host, agent });

export const outputs = stackOutputs(stack, config, { host, services, edge, lineage, backups });
