import { drillEveryDays } from "../../contract/drill-history.ts";
import { estimateSeconds } from "../../recovery/restore/plan/estimate.ts";
import { phaseNames } from "../../recovery/restore/plan/phase-name.ts";
import type { Head } from "../../recovery/lineage/head.ts";
import type { AgentStatus, JobStatus } from "../../recovery/agent/answers/agent-status.ts";
import { replacedBytes } from "../../recovery/restore/replaced-data.ts";
import type { DataDisk } from "../stack/data-disk.ts";
import { renderAge } from "./render-age.ts";

/** What is known without the host, from the bucket alone. */
export interface OffsiteView {
  /** Why the host did not answer. */
  readonly trouble: string;
  /** The head record, or why it is not known. */
  readonly head: Head | null | { readonly why: string };
}

/** Status on one screen: what is up, what would be lost now, how the jobs ended, how long a restore takes, when that was last proven. */
export function renderStatus(
  status: AgentStatus,
  kind: "local" | "remote" = "remote",
  dataDisk: DataDisk | null = null,
): string {
  const now = new Date(status.now);
  const width = Math.max(0, ...[...status.services, ...status.off].map(({ name }) => name.length));
  return [
    renderState(status),
    ...renderWritesBlocked(status, now),
    "",
    ...status.services.map((service) => renderService(service, width)),
    ...status.off.map(({ name, why }) => `  - ${name.padEnd(width)} off: ${why}`),
    "",
    ...renderStores(status),
    ...renderCopies(status, dataDisk),
    ...renderProof(status),
    ...renderTests(status, now),
    ...renderImages(status),
    ...renderJobs(status, now),
    ...renderRestore(status, now),
    ...renderDrill(status, kind, now),
    ...renderKit(status, kind, now),
    ...renderRestic(status),
    ...renderReplaced(status),
    ...status.problems.map((problem) => `  ✗ ${problem}`),
  ].join("\n");
}

function renderState({ stack, founded, closed, restore }: AgentStatus): string {
  const data =
    founded === null
      ? "data root has no lineage"
      : `lineage ${founded.lineage}, generation ${founded.generation}`;
  const state = `${stack}: ${closed ? "CLOSED (edge answers 503)" : "open"}, ${data}`;
  if (restore?.running === true) return `${state}; a restore is running`;
  const unfinished = restore?.unfinished ?? null;
  if (unfinished !== null) {
    return `${state}; restore ${unfinished.id} stopped in phase ${unfinished.phase}: repeat it to continue`;
  }
  return founded === null && closed ? `${state}; run "./kaleem restore --stack ${stack}"` : state;
}

function renderWritesBlocked({ writesBlocked }: AgentStatus, now: Date): string[] {
  if (writesBlocked === null) return [];
  const { since, refusing } = writesBlocked;
  const ago = renderAge((now.getTime() - Date.parse(since)) / 1000);
  return [
    `  ✗ WRITES ARE REFUSED for ${ago}: the data volume is at its reserve; by ${["the edge", ...refusing].join(", ")}. See docs/runbooks/WritesBlocked.md`,
  ];
}

function renderService(service: AgentStatus["services"][number], width: number): string {
  const { image, wanted, running, healthy, paused } = service;
  const name = service.name.padEnd(width);
  if (image === null) return `  ✗ ${name} not declared: run "./kaleem up"`;
  const good = running === wanted && healthy === wanted;
  const still = paused === 0 ? "" : `, ${paused} paused`;
  return `  ${good ? "✓" : "✗"} ${name} ${running}/${wanted ?? "?"} running, ${healthy} healthy${still}  ${shorten(image)}`;
}

/** Name, tag and the first digits of the digest. */
function shorten(image: string): string {
  return image.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, "$1");
}

type Place = "local" | "offsite";

function renderStores({ stores, newestProven, newestProvenOffsite }: AgentStatus): string[] {
  const all = Object.entries(stores);
  const ages = (place: Place): string =>
    all
      .map(
        ([store, newest]) =>
          `${store} ${newest[place] === null ? "none" : renderAge(newest[place].ageSeconds)}`,
      )
      .join(", ");
  const lost = (place: Place): string => {
    const worst = all
      .map(([, newest]) => newest[place]?.ageSeconds ?? Infinity)
      .reduce((a, b) => Math.max(a, b), 0);
    return Number.isFinite(worst) ? renderAge(worst) : "everything";
  };
  const trusted = (proven: { readonly ageSeconds: number } | null): string =>
    proven === null ? "everything" : renderAge(proven.ageSeconds);
  // Nothing is said before the first proof.
  const ifProven =
    newestProven === null && newestProvenOffsite === null
      ? ""
      : `; counting proven points alone ${trusted(newestProvenOffsite)} and ${trusted(newestProven)}`;
  return [
    `  newest     here: ${ages("local")}; off-site: ${ages("offsite")}`,
    `  lost now   ${lost("offsite")} if the machine is lost, ${lost("local")} if only its data is${ifProven}`,
  ];
}

/** What of three copies, on two disks, one of them off-site, really holds for every store. */
function renderCopies({ stores }: AgentStatus, dataDisk: DataDisk | null): string[] {
  const each = Object.values(stores);
  const has = (place: Place): boolean => each.length > 0 && each.every((newest) => newest[place] !== null);
  const copies = 1 + Number(has("local")) + Number(has("offsite"));
  const disks = {
    shared: ["NOT on two disks here: the live data and the local repository share one"],
    own: ["on two disks here"],
  };
  return [
    `  3-2-1      ${[
      copies === 3 ? "3 copies" : `NOT 3 copies but ${copies}`,
      ...(dataDisk === null ? [] : disks[dataDisk]),
      has("offsite") ? "one off-site" : "NOTHING off-site",
    ].join("; ")}`,
  ];
}

/** Nothing is said before the first proof: an agent of before there were any has none. */
function renderProof({ newestProven, newestProvenOffsite, lastProof }: AgentStatus): string[] {
  const failed =
    lastProof === null || lastProof.lastRun.ok ? [] : [`  ✗ last proof failed: ${lastProof.lastRun.message}`];
  if (newestProven === null && newestProvenOffsite === null) return failed;
  const told = (proven: typeof newestProvenOffsite): string =>
    proven === null ? "none" : `point ${proven.point}, ${renderAge(proven.ageSeconds)} old`;
  return [
    `  starts     here ${told(newestProven)}; off-site ${told(newestProvenOffsite)}: each store was started on a copy of it`,
    ...failed,
  ];
}

/** What the last tests of a restore showed. Nothing is said before the first one: its silence is the job's. */
function renderTests({ restoreTests }: AgentStatus, now: Date): string[] {
  if (restoreTests === null) return [];
  const tests = [
    ["here", restoreTests.local],
    ["off-site", restoreTests.offsite],
  ] as const;
  const ago = (iso: string): string => renderAge((now.getTime() - Date.parse(iso)) / 1000);
  const told = tests.map(([where, tested]) =>
    tested === null
      ? `${where} never`
      : `${where} ${tested.ok ? "good" : "FAILED"} ${ago(tested.at)} ago, ${(tested.bytes / 1e6).toFixed(1)} MB in ${renderAge(tested.seconds)}${tested.ok && !tested.compared ? ", held against no inventory" : ""}`,
  );
  const failed = tests.flatMap(([where, tested]) =>
    tested === null || tested.ok
      ? []
      : [
          `  ✗ test of a restore from ${where === "here" ? "this host" : where}: ${tested.problems.join(" ")}`,
        ],
  );
  if (tests.every(([, tested]) => tested === null)) return [];
  return [`  tested     restores: ${told.join("; ")}`, ...failed];
}

/** US dollars that Cloudflare R2 asks for a gigabyte and month. */
const priceOfGigabyte = 0.015;

/** What images take in the bucket. A failure is told with the jobs. */
function renderImages({ lastImages }: AgentStatus): string[] {
  const result = lastImages?.lastSuccess?.result;
  if (result === undefined) return [];
  if (result.skipped !== undefined) return [`  images     not kept in the bucket: ${result.skipped}`];
  const { images, bytes } = result;
  const cost = ((bytes / 1e9) * priceOfGigabyte).toFixed(2);
  return [
    `  images     ${images} in the bucket, ${(bytes / 1e6).toFixed(1)} MB (about ${cost} USD a month at R2's price)`,
  ];
}

/** How long ago each job ended last; then those that failed, are silent or have no timer, each with its sentence. */
function renderJobs(status: AgentStatus, now: Date): string[] {
  const jobs = status.jobs ?? [endOf("point", status.lastPoint), endOf("ship", status.lastShip)];
  const ago = (iso: string): string => renderAge((now.getTime() - Date.parse(iso)) / 1000);
  const ends = jobs.map(
    ({ job, lastRun }) => `${job} ${lastRun === null ? "never" : ago(lastRun.finishedAt)}`,
  );
  const troubles = jobs.flatMap(({ job, lastRun, silentSeconds }) => [
    ...(status.timers.some(({ unit }) => unit === `kaleem-${job}.timer`)
      ? []
      : [`kaleem-${job}.timer does not run: systemctl start kaleem-${job}.timer`]),
    ...(lastRun === null || lastRun.ok ? [] : [`last ${job} failed: ${lastRun.message}`]),
    ...(silentSeconds === null
      ? []
      : [
          `${job} has had no good end for ${renderAge(silentSeconds)}: see journalctl -u kaleem-${job} on the host`,
        ]),
  ]);
  return [`  last end   ${ends.join(", ")}`, ...troubles.map((trouble) => `  ✗ ${trouble}`)];
}

/** From an agent that tells of these two alone. */
function endOf(job: string, record: AgentStatus["lastPoint"] | AgentStatus["lastShip"]): JobStatus {
  return {
    job,
    lastRun: record?.lastRun ?? null,
    lastSuccessAt: record?.lastSuccess?.finishedAt ?? null,
    silentSeconds: null,
  };
}

function renderRestore({ lastPoint, lastProven }: AgentStatus, now: Date): string[] {
  const bytes = lastPoint?.lastSuccess?.result.bytes ?? null;
  const estimated = phaseNames.reduce(
    (sum, phase) => sum + estimateSeconds(phase, "offsite", bytes, null),
    0,
  );
  const measured = lastProven?.rtoSeconds ?? null;
  const takes =
    measured === null ? `about ${renderAge(estimated)} (estimate)` : `${renderAge(measured)} when last done`;
  return [`  restore    ${takes}`, `  proven     ${renderProven(lastProven, now)}`];
}

/** The last drill, and when one of a total loss is due. Emulated stacks are what is drilled with, so there silence is no trouble. */
function renderDrill({ drill, stack }: AgentStatus, kind: "local" | "remote", now: Date): string[] {
  if (drill === null)
    return kind === "local"
      ? []
      : [`  drill      none is recorded: ./kaleem drill --history-of ${stack} (docs/drills.md)`];
  const { last, lastSuccessAt } = drill;
  const days = (iso: string): number => (now.getTime() - Date.parse(iso)) / 86_400_000;
  const rto = last.rtoSeconds === null ? "RTO not reached" : `RTO ${renderAge(last.rtoSeconds)}`;
  const told = `${last.scenario} ${last.success ? "succeeded" : "FAILED"} ${renderAge(days(last.finishedAt) * 86_400)} ago, ${rto}`;
  if (lastSuccessAt === null)
    return [`  drill      ${told}`, `  ✗ no drill of a total loss has succeeded: one is due now`];
  const left = drillEveryDays - days(lastSuccessAt);
  const due = new Date(Date.parse(lastSuccessAt) + drillEveryDays * 86_400_000).toISOString().slice(0, 10);
  return [
    `  drill      ${told}; the next of a total loss is due ${due}`,
    ...(left >= 0
      ? []
      : [
          `  ✗ a drill of a total loss is overdue by ${renderAge(-left * 86_400)}: ./kaleem drill --history-of ${stack}`,
        ]),
  ];
}

/** When the recovery kit was last seen to open everything; the file of an emulated stack is not sealed. Nothing from an agent that does not tell it. */
function renderKit({ kit, stack }: AgentStatus, kind: "local" | "remote", now: Date): string[] {
  if (kit === null) return [];
  const { sealed, checkedAt, keysChanged } = kit;
  const checked =
    checkedAt === null
      ? `never checked: ./kaleem kit --check FILE`
      : `checked ${renderAge((now.getTime() - Date.parse(checkedAt)) / 1000)} ago`;
  return [
    `  kit        ${checked}`,
    ...(keysChanged
      ? [
          `  ✗ the recovery kit that was checked has former keys: ./kaleem kit --out NEW ${sealed ? "--from OLD " : ""}--stack ${stack}, then check it`,
        ]
      : []),
    ...(sealed || kind === "local"
      ? []
      : [`             the stack's file goes off-site unsealed: ./kaleem kit --out FILE --stack ${stack}`]),
  ];
}

function renderRestic({ restic }: AgentStatus): string[] {
  if (restic === null) return [];
  const from = restic.from === "distribution" ? "the distribution's" : "brought along";
  return [`  restic     ${restic.version}, ${from}`];
}

/** What restores moved aside takes space until somebody gives it up. */
function renderReplaced({ replaced }: AgentStatus): string[] {
  if (replaced === null || replaced.length === 0) return [];
  const size = (bytes: number | null): string =>
    bytes === null ? "unknown size" : `${bytes} bytes (${(bytes / 1e6).toFixed(1)} MB)`;
  return [
    `  replaced   ${size(replacedBytes(replaced))} that restores moved aside; to give one up: ./kaleem restore --forget ID`,
    ...replaced.map(({ id, bytes }) => `             ${id}: ${size(bytes)}`),
  ];
}

function renderProven(proven: AgentStatus["lastProven"], now: Date): string {
  if (proven === null) return `never on this host: "./kaleem drill" proves it on a stack of its own`;
  const ago = renderAge((now.getTime() - Date.parse(proven.at)) / 1000);
  return `${ago} ago from point ${proven.point}`;
}

/** What an operator can know of a platform whose host does not answer. */
export function renderDeadHost(stack: string, view: OffsiteView, now: Date): string {
  const lines = [`${stack}: THE HOST DOES NOT ANSWER`, `  ${view.trouble}`, ""];
  const { head } = view;
  if (head === null) {
    lines.push(
      "  bucket     has no head record: nothing was ever shipped there, or it is the wrong bucket or prefix",
    );
  } else if ("why" in head) {
    lines.push(`  bucket     not known: ${head.why}`);
  } else {
    const since = renderAge((now.getTime() - Date.parse(head.changedAt)) / 1000);
    lines.push(
      `  bucket     lineage ${head.lineage}, generation ${head.generation}, host ${head.host.slice(0, 8)} since ${since}`,
    );
    const { newest, proven } = head;
    const told = (point: typeof newest): string =>
      point === undefined
        ? "none is named"
        : `${point.point}, ${renderAge(Math.max(0, (now.getTime() - Date.parse(point.instant)) / 1000))} old`;
    lines.push(`  newest     off-site: ${told(newest)}; newest proven: ${told(proven)}`);
    lines.push(
      `  restore    bring up a fresh stack, then "./kaleem restore --stack <fresh stack> --of-stack ${stack} --from offsite"`,
    );
  }
  return [
    ...lines,
    "  not known without the host: what runs, points that never left it, when recovery was last proven",
  ].join("\n");
}
