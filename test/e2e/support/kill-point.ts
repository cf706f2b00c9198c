import { z } from "zod";
import { layout } from "../../../contract/layout.ts";
import type { AgentHost } from "./agent-host.ts";

/** When, and how thoroughly, a point is killed. */
export interface Killing {
  readonly name: string;
  /** Shell words that return when the moment has come; `$log` is the agent's log so far. */
  readonly moment: string;
  /** `agent`: its process alone; `all`: all processes of its unit at once, as the kernel does for want of memory. @default "agent" */
  readonly whom?: "agent" | "all";
  /** The unit that is killed. @default the point's */
  readonly unit?: string;
  /** Taken over a connection rather than by its unit, so that no ExecStopPost follows. */
  readonly byHand?: true;
}

const untilPaused = `until [ -n "$(docker ps --quiet --filter status=paused)" ] || gone; do :; done`;
/** A lock's name is its checksum; a beginning of one has another. */
const untilLocked = `until ls ${layout.repository}/locks | grep --quiet --extended-regexp '^[0-9a-f]{64}$' || gone; do :; done`;
const untilForget = "until pgrep --full 'restic .* forget' >/dev/null || gone; do :; done";

/** Moments that matter, and some that chance picks from a point's usual 2 s. */
export const killings: readonly Killing[] = [
  { name: "as it starts", moment: ":" },
  ...[0.3, 0.8].map((most, index) => ({
    name: `by chance ${index + 1}`,
    moment: `sleep ${((most - 0.3 * Math.random()) * 1.5).toFixed(3)}`,
  })),
  { name: "about to pause", moment: `until [ -e ${layout.paused} ] || gone; do :; done` },
  { name: "while the stores are paused", moment: untilPaused },
  { name: "while the stores are paused, all of it", moment: untilPaused, whom: "all" },
  { name: "by hand, while the stores are paused", moment: untilPaused, byHand: true },
  { name: "while restic reads, all of it", moment: untilLocked, whom: "all" },
  {
    name: "while restic forgets, all of it",
    // Its locks in the repository are exclusive ones.
    moment: `${untilForget}; ${untilLocked}`,
    whom: "all",
    unit: "kaleem-forget-local.service",
  },
];

const killed = z.object({ killed: z.boolean(), during: z.string(), thawedAfterMs: z.number() });

/** How a killing went. */
export type Killed = z.infer<typeof killed>;

/** Starts a point, kills it, and tells how long any store stayed paused after that: 10 s when it did to the end. */
export async function killPoint(agent: AgentHost, killing: Killing): Promise<Killed> {
  const { moment, whom = "agent", byHand = false, unit = "kaleem-point.service" } = killing;
  const start = byHand
    ? `${layout.agentCommand} point >/dev/null 2>&1 & pid=$!`
    : `systemctl start --no-block ${unit}
pid=0; while [ $pid = 0 ]; do pid=$(systemctl show --property=MainPID --value ${unit}); done`;
  const kill = whom === "all" ? `systemctl kill --kill-whom=all --signal=KILL ${unit}` : "kill -KILL $pid";
  const script = `since=$(date +%s)
${start}
# A point that fails by itself must not be waited for.
gone() { [ ! -d /proc/$pid ]; }
${moment}
if [ -d /proc/$pid ] && ${kill}; then killed=true; else killed=false; fi
from=$(date +%s%N)
quiet() {
  [ -z "$(docker ps --quiet --filter status=paused)" ] && [ ! -e ${layout.paused} ] &&
    case $(systemctl is-active ${unit}) in failed | inactive) ;; *) false ;; esac
}
until quiet || (( $(date +%s%N) - from > 10000000000 )); do sleep 0.05; done
after=$(( ($(date +%s%N) - from) / 1000000 ))
journalctl --sync
during=$(journalctl --unit ${unit} --since @$since --output=cat --no-pager | grep -E '^[a-z ]+: ' | tail --lines=1 | tr -d '"\\\\')
printf '{"killed":%s,"during":"after %s","thawedAfterMs":%s}' $killed "\${during:-its start}" $after`;
  return killed.parse(JSON.parse(await agent.bash(script)));
}
