import type { ChecklistItem, Period } from "./checklist.ts";

const titles: Readonly<Record<Period, { readonly en: string; readonly ar: string }>> = {
  daily: { en: "Daily check", ar: "الفحص اليومي" },
  weekly: { en: "Weekly check", ar: "الفحص الأسبوعي" },
  monthly: { en: "Monthly check", ar: "الفحص الشهري" },
  "half-year": { en: "Half-yearly review", ar: "المراجعة نصف السنوية" },
};
const open = { en: "✗", ar: "✗" } as const;

/** A checklist as Markdown, in Arabic and then in English; what the host has answered is ticked. Pure. */
export function renderChecklist(
  period: Period,
  { stack, now }: { readonly stack: string; readonly now: string },
  items: readonly ChecklistItem[],
): string {
  const inLanguage = (language: "ar" | "en"): string => {
    const lines = items.map(({ says, state, seen }) => {
      const mark = state === "done" ? "[x]" : `[ ]${state === "open" ? ` ${open[language]}` : ""}`;
      return `- ${mark} ${says[language]}${seen === "" ? "" : ` (\`${seen.replaceAll(/[`\n]/g, " ")}\`)`}`;
    });
    return [
      `<div dir="${language === "ar" ? "rtl" : "ltr"}" lang="${language}">`,
      "",
      `# ${titles[period][language]}: ${stack}, ${now.slice(0, 10)}`,
      "",
      ...lines,
      "",
      "</div>",
    ].join("\n");
  };
  return `${inLanguage("ar")}\n\n---\n\n${inLanguage("en")}\n`;
}
