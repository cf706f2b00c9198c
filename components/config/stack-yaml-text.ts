/** What is no text to one reader and a line's end to another. */
export function characterProblems(text: string): string[] {
  return text.split("\n").flatMap((line, index, all) => {
    const at = `line ${index + 1}: expected`;
    const bare = line
      .replace(index < all.length - 1 ? /\r$/ : /(?!)/, "")
      .replace(index === 0 ? /^\ufeff/ : /(?!)/, "");
    const code = Array.from(bare).find(isNoText)?.codePointAt(0);
    if (code === 0xfffd) return [`${at} text in UTF-8, got bytes that are none; save it as UTF-8`];
    if (code !== undefined)
      return [
        `${at} plain text, got the character U+${code.toString(16).toUpperCase().padStart(4, "0")}; take it out`,
      ];
    const isTabbed = bare.replace(/(^| )#.*$/, "").includes("\t");
    return isTabbed ? [`${at} spaces, got a tab; write spaces, or \\t within double quotes`] : [];
  });
}

/** Control characters but for the tab, line breaks that are known to YAML 1.1 only, and what stands for bytes that are no UTF-8. */
function isNoText(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  const isControl = (code < 0x20 && code !== 9) || (code >= 0x7f && code < 0xa0);
  return isControl || [0x2028, 0x2029, 0xfeff, 0xfffd, 0xfffe, 0xffff].includes(code);
}
