import type { ServiceDefinition } from "../../catalog/definition.ts";
import { isResticNewEnough, oldestRestic } from "../../contract/restic.ts";
import type { HostView, SeenContainer } from "./host-view.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly what: string;
  /** What is asked for, for a person. */
  readonly wanted: string;
  readonly found: string;
  readonly passed: boolean;
}

/** Answers from outside beside sshd, wherever that listens; nothing else may. */
const edgePorts: readonly number[] = [80, 443];
/** What holds the packet filter, and what looks whether it still does. */
const guards = ["kaleem-firewall.service", "kaleem-access.timer"] as const;
/** What systemd-analyze may give a unit of ours at most; 10 is a unit without any restriction. */
const exposureLimit = 4;
const lynisLimit = 75;

const sshdWanted: Readonly<Record<string, string>> = {
  passwordauthentication: "no",
  kbdinteractiveauthentication: "no",
  permitemptypasswords: "no",
  permitrootlogin: "without-password",
  pubkeyauthentication: "yes",
  x11forwarding: "no",
  allowagentforwarding: "no",
};

/** Holds what a host showed against what it should be; what was not looked at is not judged. Pure. */
export function judgeHost(
  openPorts: readonly number[],
  view: HostView,
  definitions: readonly ServiceDefinition[],
): Finding[] {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  return [
    finding("ports that answer from outside", wantedPorts(view).join(", "), openPorts.join(", ") || "none"),
    ...guards.map((unit) => finding(unit, "active", view.states.get(unit) ?? "absent")),
    ...Object.entries(sshdWanted).map(([key, value]) =>
      finding(`sshd: ${key}`, value, view.sshd.get(key) ?? "absent"),
    ),
    ...judgeRestic(view),
    ...(view.sshFailures === undefined
      ? []
      : [finding("ssh-audit: failures", "none", view.sshFailures.join("; ") || "none")]),
    ...(view.lynis === undefined
      ? []
      : [
          {
            what: "lynis: hardening index",
            wanted: `≥ ${lynisLimit}`,
            found: `${view.lynis.index} (${view.lynis.suggestions.length} suggestions)`,
            passed: view.lynis.index >= lynisLimit,
          },
        ]),
    ...view.units.map(({ name, exposure }) => ({
      what: `unit ${name}: exposure`,
      wanted: `≤ ${exposureLimit.toFixed(1)}`,
      found: exposure.toFixed(1),
      passed: exposure <= exposureLimit,
    })),
    ...view.containers.map((container) => judgeContainer(container, byName.get(container.service))),
  ];
}

function judgeRestic({ restic }: HostView): Finding[] {
  if (restic === undefined) return [];
  const { version, from, pinned } = restic;
  return [
    {
      what: "restic",
      wanted: `≥ ${oldestRestic}, and of one that was brought along the bytes that were pinned`,
      found: `${version === "" ? "none that runs" : version}, ${from}${pinned ? "" : ", other bytes than the pinned ones"}`,
      passed: pinned && isResticNewEnough(version),
    },
  ];
}

function wantedPorts({ sshPorts }: HostView): readonly number[] {
  return [...new Set([...sshPorts, ...edgePorts])].sort((a, b) => a - b);
}

function finding(what: string, wanted: string, found: string): Finding {
  return { what, wanted, found, passed: wanted === found };
}

/** Whom the image names, where the definition says nobody: anybody but root. */
function imagesOwn(user: string): string {
  return /^(|0|root)(:|$)/.test(user) ? "other than root" : user;
}

/** As its definition of the catalog says: root file system, capabilities, user; never Docker's socket. */
function judgeContainer(seen: SeenContainer, definition: ServiceDefinition | undefined): Finding {
  const what = `container of ${seen.service}`;
  if (definition === undefined)
    return {
      what,
      wanted: "a definition in the catalog",
      found: "no definition has this name",
      passed: false,
    };
  const words = (readOnly: boolean, capAdds: readonly string[], user: string): string =>
    [
      readOnly ? "read-only" : "writable root",
      `capabilities ${capAdds.join(" ") || "none"}`,
      `user ${user}`,
    ].join(", ");
  const excess = [
    ...(seen.privileged ? ["privileged"] : []),
    ...(seen.capDrops.includes("ALL") ? [] : ["capabilities not dropped"]),
    ...(seen.sources.some((source) => source.endsWith("docker.sock")) ? ["sees Docker's socket"] : []),
  ];
  return finding(
    what,
    words(
      definition.writableRoot === undefined,
      [...(definition.capabilities ?? [])].sort(),
      definition.user ?? imagesOwn(seen.user),
    ),
    [words(seen.readOnly, seen.capAdds, seen.user), ...excess].join(", "),
  );
}
