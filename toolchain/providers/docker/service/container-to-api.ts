import type { PropertyMap } from "../../protocol/value.ts";
import type { JsonObject } from "../api/json.ts";
import { labelsToApi } from "../labels.ts";
import { block, blocks, isKnown, nanosecondsOf, numberOf, textList, textMap, textOf } from "./planned.ts";

/**
 * The container half of a service as Docker takes it. Like the official plugin it sends what was left out as empty values,
 * not as nothing: an absent stop grace period is 0, an absent healthcheck an empty one.
 */
export function containerToApi(container: PropertyMap): JsonObject {
  const dns = block(container, "dnsConfig") ?? {};
  return {
    Image: textOf(container, "image"),
    Labels: labelsToApi(container["labels"]),
    Command: textList(container, "commands"),
    Args: textList(container, "args"),
    Hostname: textOf(container, "hostname"),
    Env: Object.entries(textMap(container, "env"))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`),
    Dir: textOf(container, "dir"),
    User: textOf(container, "user"),
    Groups: textList(container, "groups"),
    Init: container["init"] === true,
    ReadOnly: container["readOnly"] === true,
    StopSignal: textOf(container, "stopSignal"),
    StopGracePeriod: nanosecondsOf(container, "stopGracePeriod"),
    Healthcheck: healthcheckToApi(block(container, "healthcheck")),
    Mounts: blocks(container, "mounts").map(mountToApi),
    Hosts: blocks(container, "hosts").map((entry) => `${textOf(entry, "ip")} ${textOf(entry, "host")}`),
    DNSConfig: {
      Nameservers: textList(dns, "nameservers"),
      Search: textList(dns, "searches"),
      Options: textList(dns, "options"),
    },
    Secrets: blocks(container, "secrets").map((secret) => ({
      SecretID: textOf(secret, "secretId"),
      SecretName: textOf(secret, "secretName"),
      File: fileToApi(secret),
    })),
    Configs: blocks(container, "configs").map((config) => ({
      ConfigID: textOf(config, "configId"),
      ConfigName: textOf(config, "configName"),
      File: fileToApi(config),
    })),
    Isolation: textOf(container, "isolation"),
    Sysctls: textMap(container, "sysctl"),
    CapabilityAdd: textList(container, "capAdds"),
    CapabilityDrop: textList(container, "capDrops"),
  };
}

function healthcheckToApi(healthcheck: PropertyMap | undefined): JsonObject {
  if (healthcheck === undefined) return {};
  return {
    Test: textList(healthcheck, "tests"),
    Interval: nanosecondsOf(healthcheck, "interval"),
    Timeout: nanosecondsOf(healthcheck, "timeout"),
    StartPeriod: nanosecondsOf(healthcheck, "startPeriod"),
    Retries: numberOf(healthcheck, "retries"),
  };
}

function mountToApi(mount: PropertyMap): JsonObject {
  const bind = block(mount, "bindOptions");
  const tmpfs = block(mount, "tmpfsOptions");
  return {
    Type: textOf(mount, "type"),
    Source: textOf(mount, "source"),
    Target: textOf(mount, "target"),
    ReadOnly: mount["readOnly"] === true,
    ...(bind === undefined ? {} : { BindOptions: { Propagation: textOf(bind, "propagation") } }),
    ...(tmpfs === undefined
      ? {}
      : { TmpfsOptions: { SizeBytes: numberOf(tmpfs, "sizeBytes"), Mode: numberOf(tmpfs, "mode") } }),
  };
}

function fileToApi(file: PropertyMap): JsonObject {
  return {
    Name: textOf(file, "fileName"),
    UID: textOf(file, "fileUid"),
    GID: textOf(file, "fileGid"),
    Mode: isKnown(file["fileMode"]) ? numberOf(file, "fileMode") : 0o444,
  };
}
