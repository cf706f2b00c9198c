import type { Scenario } from "./scenario.ts";

/** Somebody has the machine, and with it the host's keys of the bucket. */
export const ransomware: Scenario = {
  name: "ransomware",
  says: {
    en: "An intruder removes and overwrites all that the host's keys reach in the bucket, then destroys the machine.",
    ar: "متسلل يحذف ويستبدل كل ما تصل إليه مفاتيح الخادم في مخزن النسخ، ثم يدمّر الخادم.",
  },
  loss: { kind: "bucket-and-machine" },
  way: { kind: "rebuild" },
  demands: [
    {
      en: "The bucket's lock keeps what it promises: nothing below it was removed or overwritten.",
      ar: "يحفظ قفل مخزن النسخ ما يعد به: لم يُحذف شيء تحته ولم يُستبدل.",
    },
    {
      en: "A fresh stack comes back from what the lock kept alone.",
      ar: "تعود منصة جديدة مما حفظه القفل وحده.",
    },
  ],
  canaries: "every store",
  limits: {},
};
