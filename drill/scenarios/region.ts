import type { Scenario } from "./scenario.ts";

/** Machine and bucket are gone together, as when a provider or an account is. */
export const region: Scenario = {
  name: "region",
  says: {
    en: "The machine and the off-site bucket are lost together; a copy that was pulled is left.",
    ar: "يُفقد الخادم ومخزن النسخ الخارجي معًا؛ وتبقى نسخة سُحبت من قبل.",
  },
  loss: { kind: "place" },
  way: { kind: "rebuild" },
  demands: [
    {
      en: "A bucket elsewhere is filled from the pulled copy, and a fresh stack comes back from it.",
      ar: "يُملأ مخزن في مكان آخر من النسخة المسحوبة، وتعود منه منصة جديدة.",
    },
    {
      en: "What is lost is no more than what came after the pull.",
      ar: "لا يضيع أكثر مما جاء بعد السحب.",
    },
  ],
  canaries: "every store",
  limits: {},
};
