import { z } from "zod";
import { dumpsHost } from "../../../recovery/dumps/dump-tags.ts";
import { layout } from "../../../contract/layout.ts";
import type { SshHost } from "../../../operator/ssh/ssh.ts";

/** How a unit's run ended. */
export interface UnitRun {
  /** The agent's exit code; 0 when it ended well. */
  readonly code: number;
  /** systemd's word after it: `failed`, or `inactive` for a run that ended well. */
  readonly state: string;
  /** All that the run wrote to the journal. */
  readonly journal: string;
  readonly seconds: number;
}

const listing = z.object({
  points: z.array(z.object({ id: z.string(), where: z.array(z.string()), stores: z.array(z.string()) })),
});
type ListedPoint = z.infer<typeof listing>["points"][number];

const runUnit = `systemctl start "$1" 2>/dev/null
journalctl --sync
id=$(systemctl show --property=InvocationID --value "$1")
systemctl show --property=ExecMainStatus --value "$1"
systemctl show --property=ActiveState --value "$1"
journalctl --output=cat --no-pager _SYSTEMD_INVOCATION_ID=$id + INVOCATION_ID=$id`;

const untilIdle = `while [ "$(systemctl show --property=ActiveState --value "$1")" = activating ]; do sleep 0.2; done`;

const repository = `restic --repo ${layout.repository} --password-file ${layout.resticPassword} --no-cache`;

/** What a recovery test asks of the machine, over SSH and by the means that an administrator has. */
export class AgentHost {
  readonly host: SshHost;

  constructor(host: SshHost) {
    this.host = host;
  }

  /** Runs a bash script on the host and returns what it printed; `$1`… are the arguments. */
  async bash(script: string, ...args: readonly string[]): Promise<string> {
    const argv = ["bash", "-s", "--", ...args];
    return (await this.host.run(argv, { stdin: script, timeoutMs: 180_000 })).stdout.trim();
  }

  /**
   * Starts `kaleem-point.service` or `kaleem-ship.service`, as its timer does, and waits for its end. A shipping that follows a point
   * is waited for before: systemd hands a start of what runs already to that run.
   */
  async runUnit(job: "point" | "ship"): Promise<UnitRun> {
    if (job === "ship") await this.untilShipIsIdle();
    const start = performance.now();
    const [code = "", state = "", ...journal] = (await this.bash(runUnit, `kaleem-${job}.service`)).split(
      "\n",
    );
    const seconds = (performance.now() - start) / 1000;
    return { code: Number(code), state, journal: journal.join("\n"), seconds };
  }

  /** Waits for the shipping that follows the last point. */
  async untilShipIsIdle(): Promise<void> {
    await this.bash(untilIdle, "kaleem-ship.service");
  }

  /** Containers that stand still, and whether a list of such is kept. Both empty on a healthy machine. */
  async frozen(): Promise<string> {
    return this.bash(
      `docker ps --filter status=paused --format '{{.Names}}'; if [ -e ${layout.paused} ]; then cat ${layout.paused}; fi`,
    );
  }

  /** A time series of the textfile directory, such as `backup_last_exit_code{job="point"}`; undefined when there is none. */
  async metric(series: string): Promise<number | undefined> {
    const text = await this.bash(`cat ${layout.metrics}/*.prom`);
    const line = text.split("\n").find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  /** The agent's list of points, newest first, here and off-site. */
  async points(): Promise<readonly ListedPoint[]> {
    const argv = [layout.agentCommand, "points", "--offsite"];
    return listing.parse(JSON.parse((await this.host.run(argv, { timeoutMs: 60_000 })).stdout)).points;
  }

  /** Ids of all snapshots in the local repository, points or not, as restic lists them; without dumps, which the clock takes meanwhile. */
  async snapshots(): Promise<readonly string[]> {
    type Listed = readonly { readonly id: string; readonly hostname: string }[];
    const list = JSON.parse(await this.bash(`${repository} snapshots --no-lock --json`)) as Listed;
    return list.filter(({ hostname }) => !hostname.startsWith(dumpsHost(""))).map(({ id }) => id);
  }

  /** The canary that a live store holds, read from inside its task's network as the agent does. */
  async canary(store: string): Promise<unknown> {
    const answer = await this.bash(
      `pid=$(docker inspect --format '{{.State.Pid}}' $(docker ps --quiet --filter label=com.docker.swarm.service.name=$1))
printf '{"service":"%s","pid":%s}\\n{"op":"readCanary"}\\n' $1 $pid |
  nsenter --target $pid --net -- ${layout.agentCommand} store $1 | tail -n 1`,
      store,
    );
    return (JSON.parse(answer) as { value: unknown }).value;
  }

  /** Rejects with restic's words unless the local repository is whole; returns the locks that somebody has left in it. */
  async checkRepository(): Promise<string> {
    // Which holds a lock of its own.
    await this.untilShipIsIdle();
    const locks = await this.bash(
      `find ${layout.repository}/locks -regextype egrep -regex '.*/[0-9a-f]{64}'`,
    );
    await this.bash(`${repository} check --quiet 2>&1`);
    return locks;
  }
}
