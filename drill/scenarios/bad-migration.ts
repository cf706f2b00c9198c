import type { Scenario } from "./scenario.ts";

/** A deployment's migration has destroyed data; machine and engines are well. */
export const badMigration: Scenario = {
  name: "bad-migration",
  says: {
    en: "A migration empties Redis while everything runs.",
    ar: "ترحيل بيانات يفرّغ Redis وكل شيء يعمل.",
  },
  loss: { kind: "data", store: "redis" },
  way: { kind: "roll-back" },
  demands: [
    {
      en: "The platform is back at the last point before the migration; what it held then is there, unaltered.",
      ar: "تعود المنصة إلى آخر نقطة قبل الترحيل؛ وما كانت تحويه حينها موجود دون تغيير.",
    },
    {
      en: "What is replaced is kept aside, until somebody gives it up.",
      ar: "يُحفظ ما استُبدل جانبًا حتى يتخلى عنه أحد.",
    },
  ],
  canaries: "every store",
  limits: { rtoSeconds: 1800 },
};
