import * as pulumi from "@pulumi/pulumi";
import { agentConfig } from "./components/agent/agent-config.ts";
import { Backups } from "./components/agent/backups.ts";
import { Lineage } from "./components/agent/lineage.ts";
import { PointBeforeUpdate } from "./components/agent/point-before-update.ts";
import { RecoveryAgent } from "./components/agent/recovery-agent.ts";
import { loadConfig } from "./components/config/load.ts";
import { Edge } from "./components/edge/edge.ts";
import { nginx } from "./components/edge/nginx.ts";
import { routesOf } from "./components/edge/nginx-conf.ts";
import { Host } from "./components/host/host.ts";
import { machineOf } from "./components/machine/machine-of.ts";
import { Monitoring } from "./components/agent/monitoring.ts";
import { grantsOf } from "./catalog/applications/grants.ts";
import { catalog as platform } from "./catalog/catalog.ts";
import { enabledServices } from "./catalog/switches.ts";
import { loadCatalog, loadImages } from "./components/services/load-checked.ts";
import { Services } from "./components/services/services.ts";
import { stackOutputs } from "./components/stack-outputs.ts";
import { Offsite } from "./components/offsite/offsite.ts";
import { bringRestic } from "./toolchain/restic/bring-restic.ts";

const stack = pulumi.getStack();
const config = loadConfig(platform); // every problem at once, path first
const catalog = loadCatalog({ catalog: config.catalog, edge: nginx, published: { [nginx.name]: [80, 443] } });
const enabled = enabledServices(catalog, config.services);
const images = loadImages(config.imageLock, [...enabled, nginx], config.imagesFrom);

const machine = await machineOf(stack, config.host);
const host = new Host("host", { ...config, machine, catalog, bringRestic });
const offsite = new Offsite("offsite", { settings: config.offsite, secret: config.secret });
const agent = new RecoveryAgent("agent", {
  host,
  offsite,
  config: agentConfig({ stack, ...config, catalog: enabled, settings: config.services, edge: nginx.name }),
  resticPassword: config.secret("restic-password"),
  pingUrl: config.pingUrl,
  stackFile: { stack, ...config },
});
const imageRefs = [...enabled, nginx].map(({ image }) => images.ref(image));
const before = new PointBeforeUpdate("before-update", { host, agent, images: imageRefs });
const services = new Services("services", {
  host,
  before,
  agent, // makes users and replica sets between stores and applications
  catalog: enabled,
  images,
  imagesFrom: config.imagesFrom,
  settings: config.services,
  secret: config.secret,
  grants: grantsOf(config.applications),
  facts: { stack, settings: config, catalog: [...enabled, nginx] },
  closed: config.closed,
});
const edge = new Edge("edge", {
  host,
  services,
  image: images.ref(nginx.image),
  routes: routesOf(enabled),
  settings: config.edge,
  secret: config.secret,
});
const lineage = new Lineage("lineage", { ...config, host, agent, stack, after: [services, edge] });
const backups = new Backups("backups", { ...config, host, agent, images, after: [services, lineage] });
new Monitoring("monitoring", { host, agent });

export const outputs = stackOutputs(stack, config, { host, services, edge, lineage, backups });
