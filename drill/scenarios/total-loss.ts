import type { Scenario } from "./scenario.ts";

/** The machine burns; what is off-site survives. The plan's scenario 2, and what is due each quarter. */
export const totalLoss: Scenario = {
  name: "total-loss",
  says: {
    en: "The machine is lost with its disks, while customers write.",
    ar: "فقدان الخادم مع أقراصه أثناء كتابة العملاء.",
  },
  loss: { kind: "machine" },
  way: { kind: "rebuild" },
  demands: [
    {
      en: "A fresh stack stays closed until its data is back.",
      ar: "تبقى المنصة الجديدة مغلقة حتى تعود بياناتها.",
    },
    {
      en: "All that was acknowledged before the point is there, unaltered, over the new edge and by every way of reading it.",
      ar: "كل ما أُكِّد قبل النقطة موجود دون تغيير، عبر الواجهة الجديدة وبكل طريقة قراءة.",
    },
    { en: "New writes are accepted.", ar: "تُقبل الكتابات الجديدة." },
  ],
  canaries: "every store",
  limits: {},
};
