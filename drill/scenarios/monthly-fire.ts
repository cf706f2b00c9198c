import type { Scenario } from "./scenario.ts";

/** The monthly fire drill of the incident guide: a SEV1 that whoever is on call has to find out about and end. */
export const monthlyFire: Scenario = {
  name: "monthly-fire",
  says: {
    en: "The machine is lost; whoever is on call finds the runbook and decides.",
    ar: "يُفقد الخادم؛ ويجد المناوب دليل التشغيل ويقرر.",
  },
  loss: { kind: "machine" },
  way: { kind: "rebuild" },
  demands: [
    {
      en: "The person on call finds docs/runbooks/total-loss.md and says what to do, without help.",
      ar: "يجد المناوب docs/runbooks/total-loss.md ويقول ما يجب فعله دون مساعدة.",
    },
    {
      en: "All that was acknowledged before the point is there, unaltered.",
      ar: "كل ما أُكِّد قبل النقطة موجود دون تغيير.",
    },
  ],
  canaries: "every store",
  limits: {},
  asks: {
    en: "SEV1: the edge does not answer. Find the runbook, say aloud what has happened and what you would do, then press Enter.",
    ar: "SEV1: الواجهة لا تجيب. جدوا دليل التشغيل، وقولوا ما حدث وما ستفعلون، ثم اضغطوا Enter.",
  },
};
