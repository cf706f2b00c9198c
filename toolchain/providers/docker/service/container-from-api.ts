import type { PropertyMap, Value } from "../../protocol/value.ts";
import { isObject, list, number, object, text, texts } from "../api/json.ts";
import type { JsonObject } from "../api/json.ts";
import { shortDuration } from "../duration.ts";
import { labelsFromApi } from "../labels.ts";
import { inSetOrder } from "../plan/set-order.ts";

/** The container half of Docker's answer as the state's `containerSpec`. */
export function containerFromApi(container: JsonObject): PropertyMap {
  return {
    args: strings(container["Args"]),
    capAdds: strings(container["CapabilityAdd"]),
    capDrops: strings(container["CapabilityDrop"]),
    commands: strings(container["Command"]),
    configs: filesFromApi(container["Configs"], "ConfigID", "ConfigName", ["configId", "configName"]),
    dir: text(container["Dir"]),
    dnsConfig: isObject(container["DNSConfig"]) ? dnsFromApi(object(container["DNSConfig"])) : null,
    env: envFromApi(container["Env"]),
    groups: strings(container["Groups"]),
    healthcheck: isObject(container["Healthcheck"])
      ? healthcheckFromApi(object(container["Healthcheck"]))
      : null,
    hostname: text(container["Hostname"]),
    hosts: inSetOrder(strings(container["Hosts"]).map(hostFromApi)),
    image: text(container["Image"]),
    init: container["Init"] === true,
    isolation: text(container["Isolation"]),
    labels: labelsFromApi(container["Labels"]),
    mounts: inSetOrder(list(container["Mounts"]).map((mount) => mountFromApi(object(mount)))),
    privileges: null,
    readOnly: container["ReadOnly"] === true,
    secrets: filesFromApi(container["Secrets"], "SecretID", "SecretName", ["secretId", "secretName"]),
    stopGracePeriod: shortDuration(number(container["StopGracePeriod"])),
    stopSignal: text(container["StopSignal"]),
    sysctl: texts(container["Sysctls"]),
    user: text(container["User"]),
  };
}

function strings(value: unknown): string[] {
  return list(value).map(String);
}

function envFromApi(env: unknown): Value {
  return Object.fromEntries(
    strings(env).map((entry) => {
      const end = entry.indexOf("=");
      return end === -1 ? [entry, ""] : [entry.slice(0, end), entry.slice(end + 1)];
    }),
  );
}

/** An empty object from Docker is nothing at all; with nameservers, what else is empty is an empty list. */
function dnsFromApi(dns: JsonObject): Value {
  const nothing =
    strings(dns["Nameservers"]).length + strings(dns["Search"]).length + strings(dns["Options"]).length === 0;
  if (nothing) return { nameservers: null, options: null, searches: null };
  return {
    nameservers: strings(dns["Nameservers"]),
    options: strings(dns["Options"]),
    searches: strings(dns["Search"]),
  };
}

function healthcheckFromApi(healthcheck: JsonObject): Value {
  return {
    interval: shortDuration(number(healthcheck["Interval"])),
    retries: number(healthcheck["Retries"]),
    startPeriod: shortDuration(number(healthcheck["StartPeriod"])),
    tests: strings(healthcheck["Test"]),
    timeout: shortDuration(number(healthcheck["Timeout"])),
  };
}

function hostFromApi(entry: string): Value {
  const [ip, host] = entry.split(" ");
  return { host: host ?? "", ip: ip ?? "" };
}

/** Of a mode the official plugin reads the permissions alone, no sticky bit: given with one, it differs after a refresh. */
const permissions = 0o777;

function mountFromApi(mount: JsonObject): Value {
  const tmpfs = object(mount["TmpfsOptions"]);
  return {
    bindOptions: isObject(mount["BindOptions"])
      ? { propagation: text(object(mount["BindOptions"])["Propagation"]) }
      : null,
    readOnly: mount["ReadOnly"] === true,
    source: text(mount["Source"]),
    target: text(mount["Target"]),
    tmpfsOptions: isObject(mount["TmpfsOptions"])
      ? { mode: number(tmpfs["Mode"]) & permissions, sizeBytes: number(tmpfs["SizeBytes"]) }
      : null,
    type: text(mount["Type"]),
    volumeOptions: null,
  };
}

function filesFromApi(value: unknown, idKey: string, nameKey: string, own: readonly [string, string]): Value {
  return inSetOrder(
    list(value).map((entry) => {
      const reference = object(entry);
      const file = object(reference["File"]);
      return {
        fileGid: text(file["GID"]),
        fileMode: number(file["Mode"]),
        fileName: text(file["Name"]),
        fileUid: text(file["UID"]),
        [own[0]]: text(reference[idKey]),
        [own[1]]: text(reference[nameKey]),
      };
    }),
  );
}
