import { layout } from "../../contract/layout.ts";
import type { IniSection } from "../text/ini.ts";

/** A shell script that writes one small file and the journal needs next to nothing. */
export const alertHardening: IniSection["entries"] = [
  ["UMask", "0022"],
  ["CapabilityBoundingSet", ""],
  ["LockPersonality", true],
  ["MemoryDenyWriteExecute", true],
  ["NoNewPrivileges", true],
  ["PrivateDevices", true],
  ["PrivateNetwork", true],
  ["PrivateTmp", true],
  ["ProtectClock", true],
  ["ProtectControlGroups", true],
  ["ProtectHome", true],
  ["ProtectHostname", true],
  ["ProtectKernelLogs", true],
  ["ProtectKernelModules", true],
  ["ProtectKernelTunables", true],
  ["ProtectSystem", "strict"],
  ["RestrictAddressFamilies", "AF_UNIX"],
  ["RestrictNamespaces", true],
  ["RestrictRealtime", true],
  ["RestrictSUIDSGID", true],
  ["SystemCallArchitectures", "native"],
  ["SystemCallFilter", "@system-service"],
  ["ReadWritePaths", layout.metrics],
];
