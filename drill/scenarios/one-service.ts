import type { Scenario } from "./scenario.ts";

/** One store is lost, and comes back while the others serve. The plan's scenario 1. */
export const oneService: Scenario = {
  name: "one-service",
  says: {
    en: "MongoDB loses its data directory; everything else goes on.",
    ar: "تفقد MongoDB مجلد بياناتها؛ ويستمر ما سواها.",
  },
  loss: { kind: "store", store: "mongo" },
  way: { kind: "one-service", store: "mongo" },
  demands: [
    {
      en: "The other stores are neither stopped nor changed.",
      ar: "لا تتوقف المخازن الأخرى ولا تتغير.",
    },
    {
      en: "Only what needs the lost store fails meanwhile.",
      ar: "لا يفشل أثناء ذلك إلا ما يحتاج المخزن المفقود.",
    },
    {
      en: "The store holds what its point holds.",
      ar: "يحوي المخزن ما تحويه نقطته.",
    },
  ],
  canaries: ["mongo"],
  limits: { rtoSeconds: 900 },
};
