import { jobNames, jobs, intervalMs, type JobName } from "../../contract/jobs.ts";
import { drillEveryDays } from "../../contract/drill-history.ts";
import { milliseconds, type Duration } from "../../catalog/quantities.ts";
import type { AgentStatus } from "../../recovery/agent/answers/agent-status.ts";
import { renderAge } from "../screens/render-age.ts";

/** How often a checklist is gone through. */
export const periods = ["daily", "weekly", "monthly", "half-year"] as const;
export type Period = (typeof periods)[number];

/** A line to tick. */
export interface ChecklistItem {
  readonly says: { readonly en: string; readonly ar: string };
  /** `done` and `open` are what the host recorded; `person`: nobody but a person can tell. */
  readonly state: "done" | "open" | "person";
  /** What the host recorded, or what is declared; names and figures, the same in every language. */
  readonly seen: string;
}

/** What is declared of a store. */
export interface DeclaredStore {
  readonly name: string;
  readonly recovery: { readonly objectives: { readonly rpo: Duration; readonly rto: Duration } };
}

/** What a checklist is made from. */
export interface ChecklistFacts {
  readonly status: AgentStatus;
  readonly stores: readonly DeclaredStore[];
}

const dayMs = 86_400_000;
/** A disk that is fuller than this is told of by an alert, too. */
const leastFreeShare = 0.2;
/** By the alert on a kit that was not checked. */
const kitCheckDays = 90;

/**
 * What is to be looked at, made from what the stack declares (stores, promises, services, jobs) and from what its jobs recorded: a line that
 * the host can answer is answered. Pure.
 */
export function makeChecklist(period: Period, facts: ChecklistFacts): readonly ChecklistItem[] {
  switch (period) {
    case "daily":
      return [
        services(facts),
        ...points("local", facts),
        ...jobsOf("daily", facts),
        ...disks(facts),
        writes(facts),
      ];
    case "weekly":
      return [
        ...points("offsite", facts),
        ...jobsOf("weekly", facts),
        proven(facts),
        replaced(facts),
        ...weeklyByHand,
      ];
    case "monthly":
      return [...jobsOf("monthly", facts), ...restoreTests(facts), fireDrill(facts), ...monthlyByHand];
    case "half-year":
      return [quarterlyDrill(facts), kit(facts), ...declared(facts), ...reviewByHand];
    default:
      return period satisfies never;
  }
}

function item(isDone: boolean, seen: string, en: string, ar: string): ChecklistItem {
  return { says: { en, ar }, state: isDone ? "done" : "open", seen };
}

function byHand(en: string, ar: string, seen = ""): ChecklistItem {
  return { says: { en, ar }, state: "person", seen };
}

function services({ status }: ChecklistFacts): ChecklistItem {
  const ill = status.services.filter(
    ({ wanted, running, healthy }) => wanted === null || running !== wanted || healthy !== wanted,
  );
  return item(
    ill.length === 0 && !status.closed,
    `${status.services.length - ill.length}/${status.services.length}${ill.map(({ name }) => `, ${name}`).join("")}${status.closed ? ", closed" : ""}`,
    "Every service runs and is healthy, and the platform is open",
    "كل الخدمات تعمل وسليمة، والمنصة مفتوحة",
  );
}

/** Against the promise of each store: the newest point is what a loss now would fall back to. */
function points(place: "local" | "offsite", { status, stores }: ChecklistFacts): ChecklistItem[] {
  return Object.entries(status.stores).map(([name, newest]) => {
    const rpo = stores.find((one) => one.name === name)?.recovery.objectives.rpo;
    const ageSeconds = newest[place]?.ageSeconds ?? null;
    const isYoung = ageSeconds !== null && (rpo === undefined || ageSeconds * 1000 <= milliseconds(rpo));
    const seen = `${name}: ${ageSeconds === null ? "–" : renderAge(ageSeconds)}${rpo === undefined ? "" : ` / ${rpo}`}`;
    return place === "local"
      ? item(
          isYoung,
          seen,
          "The newest point on the host is no older than is promised",
          "أحدث نقطة على الخادم ليست أقدم من الموعود",
        )
      : item(
          isYoung,
          seen,
          "The newest point off-site is no older than is promised",
          "أحدث نقطة خارج الخادم ليست أقدم من الموعود",
        );
  });
}

/** In which list a job stands: those of every hour and less daily, daily ones weekly, rarer ones monthly. */
export function periodOf(job: JobName): "daily" | "weekly" | "monthly" {
  const everyMs = intervalMs(job, { pointEvery: 0, shipEvery: 0 });
  return everyMs < dayMs ? "daily" : everyMs === dayMs ? "weekly" : "monthly";
}

function jobsOf(period: "daily" | "weekly" | "monthly", { status }: ChecklistFacts): ChecklistItem[] {
  const now = Date.parse(status.now);
  return jobNames
    .filter((name) => periodOf(name) === period)
    .map((name) => {
      const found = status.jobs?.find(({ job }) => job === name);
      const { lastRun = null, lastSuccessAt = null, silentSeconds = null } = found ?? {};
      const ago = lastSuccessAt === null ? "–" : renderAge((now - Date.parse(lastSuccessAt)) / 1000);
      const failed = lastRun === null || lastRun.ok ? "" : `, ✗ ${lastRun.message}`;
      return item(
        lastRun?.ok === true && silentSeconds === null,
        `${name}: ${ago}${failed}`,
        `The job has ended well: ${jobs[name].purpose}`,
        "انتهت المهمة بنجاح",
      );
    });
}

function disks({ status }: ChecklistFacts): ChecklistItem[] {
  return Object.entries(status.disks).map(([name, disk]) => {
    const share = disk === null ? null : disk.freeBytes / disk.totalBytes;
    return item(
      share !== null && share >= leastFreeShare,
      `${name}: ${share === null ? "–" : `${(share * 100).toFixed(0)} %`}`,
      "At least 20 % of the disk are free",
      "مساحة القرص الحرة 20٪ أو أكثر",
    );
  });
}

function writes({ status }: ChecklistFacts): ChecklistItem {
  return item(
    status.writesBlocked === null && status.problems.length === 0,
    status.problems.join("; "),
    "Writes are taken, and the host tells of no trouble",
    "تُقبل الكتابة ولا يبلغ الخادم عن مشكلة",
  );
}

function proven({ status }: ChecklistFacts): ChecklistItem {
  const ageSeconds = status.newestProvenOffsite?.ageSeconds ?? null;
  return item(
    ageSeconds !== null && ageSeconds * 1000 <= dayMs,
    ageSeconds === null ? "–" : renderAge(ageSeconds),
    "A point that is off-site was started on a copy of it within a day",
    "شُغّلت المخازن على نسخة من نقطة خارجية خلال يوم",
  );
}

function replaced({ status }: ChecklistFacts): ChecklistItem {
  const kept = status.replaced ?? [];
  return item(
    status.replaced !== null && kept.length === 0,
    kept.map(({ id }) => id).join(", "),
    "Nothing that restores moved aside takes space without need",
    "لا شيء مما نحّته الاستعادات يشغل المساحة بلا داعٍ",
  );
}

function restoreTests({ status }: ChecklistFacts): ChecklistItem[] {
  return (["local", "offsite"] as const).map((place) => {
    const tested = status.restoreTests?.[place] ?? null;
    const days = tested === null ? null : (Date.parse(status.now) - Date.parse(tested.at)) / dayMs;
    return item(
      tested !== null && tested.ok && tested.compared && days !== null && days <= 31,
      tested === null
        ? `${place}: –`
        : `${place}: ${renderAge((days ?? 0) * 86_400)}${tested.problems.map((problem) => `, ✗ ${problem}`).join("")}`,
      "A restore from the repository was tested, and what came back was held against its inventory",
      "اختُبرت استعادة من المستودع وقورن ما عاد بجرده",
    );
  });
}

function fireDrill({ status }: ChecklistFacts): ChecklistItem {
  const { drill } = status;
  const days = drill === null ? null : (Date.parse(status.now) - Date.parse(drill.last.finishedAt)) / dayMs;
  return item(
    drill !== null && days !== null && days <= 31,
    drill === null ? "–" : `${drill.last.scenario}: ${renderAge((days ?? 0) * 86_400)}`,
    "A drill was held this month, such as ./kaleem drill --scenario monthly-fire",
    "أُجري تدريب هذا الشهر، مثل ./kaleem drill --scenario monthly-fire",
  );
}

function quarterlyDrill({ status }: ChecklistFacts): ChecklistItem {
  const at = status.drill?.lastSuccessAt ?? null;
  const days = at === null ? null : (Date.parse(status.now) - Date.parse(at)) / dayMs;
  return item(
    days !== null && days <= drillEveryDays,
    days === null ? "–" : `${renderAge(days * 86_400)} / ${drillEveryDays} d`,
    "A drill of a total loss has succeeded within the quarter",
    "نجح تدريب على كارثة كاملة خلال الربع",
  );
}

function kit({ status }: ChecklistFacts): ChecklistItem {
  const at = status.kit?.checkedAt ?? null;
  const days = at === null ? null : (Date.parse(status.now) - Date.parse(at)) / dayMs;
  return item(
    days !== null && days <= kitCheckDays && status.kit?.keysChanged === false,
    days === null ? "–" : `${renderAge(days * 86_400)} / ${kitCheckDays} d`,
    "The recovery kit was checked, and has the present keys",
    "فُحصت حزمة الاستعادة وفيها المفاتيح الحالية",
  );
}

/** What the plan has to say as it is declared: a person holds the document against it. */
function declared({ status, stores }: ChecklistFacts): ChecklistItem[] {
  return [
    ...stores.map(({ name, recovery: { objectives } }) =>
      byHand(
        "The plan promises of this store what is declared",
        "تعد الخطة لهذا المخزن بما هو معلن",
        `${name}: RPO ${objectives.rpo}, RTO ${objectives.rto}`,
      ),
    ),
    byHand(
      "The plan names every service that is declared, and no other",
      "تذكر الخطة كل خدمة معلنة ولا تذكر غيرها",
      status.services.map(({ name }) => name).join(", "),
    ),
    ...status.off.map(({ name, why }) =>
      byHand("This service is still meant to be off", "ما زال المقصود إيقاف هذه الخدمة", `${name}: ${why}`),
    ),
    byHand(
      "The plan names the jobs and how often they run",
      "تذكر الخطة المهام وتواترها",
      jobNames.join(", "),
    ),
  ];
}

const weeklyByHand: readonly ChecklistItem[] = [
  byHand(
    "Each alert of the week was answered, and its runbook was right",
    "أُجيب عن كل تنبيه هذا الأسبوع وكان دليله صحيحًا",
  ),
  byHand("The list of phone numbers and the rota are those of today", "قائمة الهواتف وجدول المناوبة محدثان"),
];

const monthlyByHand: readonly ChecklistItem[] = [
  byHand(
    "Somebody opened a copy and looked at what is in it",
    "فتح أحدهم نسخة ونظر في محتواها",
    "./kaleem pull --verify",
  ),
  byHand(
    "Whoever is on call held the fire drill, and the incidents of the month were reviewed",
    "أجرى المناوب تدريب الطوارئ ورُوجعت حوادث الشهر",
  ),
];

const reviewByHand: readonly ChecklistItem[] = [
  byHand("The history of drills is sound", "سجل التدريبات سليم", "./kaleem drill --verify"),
  byHand(
    "Each recommendation of the last drills is done, or declined with a reason",
    "نُفذت كل توصية من التدريبات الأخيرة أو رُفضت بسبب",
  ),
  byHand(
    "Roles, escalation and contacts in the plan are those of today",
    "الأدوار والتصعيد وجهات الاتصال في الخطة محدثة",
  ),
  byHand(
    "Who may sign drills, log in and hold a kit is who should",
    "من يوقّع التدريبات ويدخل ويحمل حزمة الاستعادة هو من ينبغي له ذلك",
    "drill/allowed-signers",
  ),
  byHand(
    "The host is as hard as it is meant to be, and so are the policies",
    "الخادم محصّن كما ينبغي، وكذلك السياسات",
    "./kaleem audit, ./kaleem policy",
  ),
  byHand(
    "The plan was read whole, changed where it was wrong, and the next review has a date",
    "قُرئت الخطة كاملة وعُدلت حيث أخطأت وحُدد موعد المراجعة التالية",
  ),
];
