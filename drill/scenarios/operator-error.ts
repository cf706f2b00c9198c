import type { Scenario } from "./scenario.ts";

/** A person deleted what they did not mean to. */
export const operatorError: Scenario = {
  name: "operator-error",
  says: {
    en: "A person removes MinIO's objects from the disk by mistake.",
    ar: "شخص يحذف خطأً كائنات MinIO من القرص.",
  },
  loss: { kind: "data", store: "minio" },
  way: { kind: "roll-back" },
  demands: [
    {
      en: "The platform is back at the last point before the mistake; what it held then is there, unaltered.",
      ar: "تعود المنصة إلى آخر نقطة قبل الخطأ؛ وما كانت تحويه حينها موجود دون تغيير.",
    },
  ],
  canaries: "every store",
  limits: { rtoSeconds: 1800 },
};
