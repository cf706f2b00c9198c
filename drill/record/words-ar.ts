import { phaseNames, type PhaseName } from "../../recovery/restore/plan/phase-name.ts";
import { steps } from "../steps.ts";
import type { Recommendation } from "./drill-record.ts";
import type { RecordWords } from "./words.ts";

const stepWords: Readonly<Record<keyof typeof steps, string>> = {
  up: "تشغيل منصة تخدم الطلبات",
  writes: "الكتابة المستمرة أثناء أخذ نقاط الاستعادة وشحنها",
  noLoad: "أخذ نقاط الاستعادة وشحنها دون كتابة",
  attack: "مفاتيح الخادم تدمّر كل ما تصل إليه في مخزن النسخ",
  lost: "فقدان الخادم مع أقراصه",
  damaged: "إتلاف بيانات أحد المخازن",
  person: "شخص يقرر ما يجب فعله",
  rebuild: "تشغيل منصة جديدة على خادم جديد",
  closed: "التحقق من أنها مغلقة حتى تُستعاد",
  restore: "الاستعادة من النسخة الخارجية والتحقق منها",
  rollBack: "الاستعادة إلى ما قبل الضرر والتحقق منها",
  storeLost: "يُفقد مخزن مع مجلداته",
  oneStore: "استعادة مخزن واحد بينما تعمل بقية المخازن والتحقق منه",
  goodWrite: "أول كتابة سليمة",
  serves: "الواجهة تخدم من جديد",
  readBack: "قراءة كل كتابة مؤكَّدة من جديد",
};

const restorePhases: Readonly<Record<PhaseName, string>> = {
  locate: "تحديد النقطة",
  close: "إغلاق المنصة",
  "safety-point": "نقطة أمان",
  fetch: "جلب البيانات",
  stop: "إيقاف المخازن",
  place: "وضع البيانات في مكانها",
  "reset-users": "ضبط المستخدمين",
  start: "تشغيل المخازن",
  prove: "إثبات النقطة",
  verify: "التحقق",
  open: "فتح المنصة",
  record: "تسجيل النتيجة",
};

const words: ReadonlyMap<string, string> = new Map([
  ...Object.entries(stepWords).map(([step, word]): [string, string] => [
    steps[step as keyof typeof steps],
    word,
  ]),
  ...phaseNames.map((name): [string, string] => [name, restorePhases[name]]),
]);

const phase = (name: string): string => words.get(name) ?? name;

function span(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} ث`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (hours > 0) return minutes > 0 ? `${hours} س ${minutes} د` : `${hours} س`;
  return rest > 0 ? `${minutes} د ${rest} ث` : `${minutes} د`;
}

function recommendation(one: Recommendation): string {
  switch (one.code) {
    case "mend":
      return `أصلحوا هذا ثم أعيدوا التدريب: ${one.problem}`;
    case "not-verified":
      return `أوجدوا طريقة للتحقق مما لم يُفحص في ${one.store}: ${one.sentence}${one.coverage === null ? "" : ` (ما قُرئ: ${one.coverage})`}`;
    case "declare-check":
      return "أعلنوا فحص أعمال لهذه المنصة (businessChecks في docs/config.md): علامات التحقق وحدها تُثبت أقل مما تُثبته كتابات وُعد بها العملاء.";
    case "near-limit":
      return one.objective === "rto"
        ? `قصّروا زمن الاستعادة: استُهلك ${span(one.seconds)} من أصل ${span(one.limitSeconds)} الموعودة.`
        : `خذوا نقاط الاستعادة أو اشحنوها على فترات أقصر، أو راجعوا الوعد الخاص بـ ${one.of ?? "المنصة"}: سيضيع ${span(one.seconds)} من أصل ${span(one.limitSeconds)}.`;
    case "slower":
      return `ابحثوا لماذا استغرقت مرحلة «${phase(one.phase)}» ${span(one.seconds)}؛ كانت ${span(one.beforeSeconds)} في التدريب ${one.before}.`;
    case "slowest":
      return `لاستعادة أسرع ابدؤوا بمرحلة «${phase(one.phase)}»: ${span(one.seconds)} من ${span(one.ofSeconds)}.`;
    case "people-waited":
      return `استغرق الأشخاص ${span(one.seconds)}، أطول من الآلات (${span(one.machineSeconds)}): اختصروا دليل التشغيل أو ما يطلبه.`;
    case "late":
      return `درّبوا أكثر: التدريب السابق كان قبل ${one.days.toFixed(0)} يومًا، والموعد كل ${one.afterDays} يومًا.`;
    default:
      return one satisfies never;
  }
}

/** A record in Arabic. */
export const arabic: RecordWords = {
  language: "ar",
  direction: "rtl",
  own: "العربية",
  title: (stack) => `تدريب استعادة ${stack}`,
  passed: "نجح",
  failed: "فشل",
  headings: {
    facts: "النتيجة",
    problems: "المشاكل",
    recommendations: "التوصيات",
    stores: "أقصى ما قد يكون فُقد من كل مخزن (RPO، بعمر نقطته)",
    reads: "ما فُقد من كتابات وُعد بها العملاء",
    timeline: "الخط الزمني",
    unverified: "ما لم يُتحقق منه",
    coverage: "ما قُرئ للتحقق",
    demands: "المطلوب",
  },
  facts: {
    scenario: "السيناريو",
    stack: "المنصة",
    started: "البداية (UTC)",
    finished: "النهاية (UTC)",
    rto: "الزمن الفعلي للاستعادة (RTO)",
    people: "زمن الأشخاص بجانبه",
    point: "نقطة الاستعادة",
    record: "السجل",
  },
  columns: {
    store: "المخزن",
    read: "قُرئت بـ",
    rpo: "RPO",
    limit: "الموعود",
    lost: "كتابات مفقودة",
    phase: "المرحلة",
    at: "بعد",
    took: "استغرقت",
    by: "بواسطة",
  },
  none: "لا شيء.",
  notReached: "لم يتحقق",
  nothingPromised: "–",
  noCheck:
    "لا فحص أعمال (business check) معلَنًا لهذه المنصة: لم يُكتب شيء كما يكتب العميل، ولا يُثبت الفقد إلا علامات التحقق (canaries) في نقاطها.",
  by: { machine: "الآلة", person: "شخص" },
  span,
  ofLimit: (taken, limit) => `${taken} من ${limit}`,
  phase,
  recommendation,
};
