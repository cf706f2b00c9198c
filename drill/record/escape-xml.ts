const signs: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for HTML and SVG, between tags and in quoted attributes. Control characters, which no document may hold, become spaces. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (sign) => signs[sign] ?? sign)
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, " ");
}
