import { awsDataDevice } from "./host-block.ts";
import type { DataVolume, HostSettings } from "./schema.ts";

/** What of a machine is right by itself and wrong with the rest. Pure. */
export function hostProblems(host: HostSettings, dataVolume: DataVolume | undefined): readonly string[] {
  if (host.kind === "ssh") return [];
  const { region, zone, sshFrom } = host;
  const repeated = sshFrom.find((range, at) => sshFrom.indexOf(range) !== at);
  return [
    ...(zone.slice(0, -1) === region
      ? []
      : [`host.zone: expected a zone of ${region}, got ${zone}; write one of that region`]),
    ...(repeated === undefined
      ? []
      : [`host.sshFrom: expected each range once, got ${repeated} again; take one of the two out`]),
    ...(dataVolume === undefined || (dataVolume.kind === "device" && dataVolume.device === awsDataDevice)
      ? []
      : [
          `dataVolume: expected {kind: device, device: ${awsDataDevice}}, by which a machine at AWS knows its data volume, got ${
            dataVolume.kind === "loop" ? "a file on the system disk" : dataVolume.device
          }; data on anything else would be lost with the machine`,
        ]),
  ];
}
