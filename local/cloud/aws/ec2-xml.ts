/** What an element of an answer holds. A list is written as EC2 does, an `item` each. */
export type Answer = string | readonly Answer[] | { readonly [element: string]: Answer };

/** An answer as XML. */
export function xmlOf(answer: Answer): string {
  if (typeof answer === "string") return escaped(answer);
  if (Array.isArray(answer))
    return (answer as readonly Answer[]).map((one) => `<item>${xmlOf(one)}</item>`).join("");
  return Object.entries(answer)
    .map(([name, value]) => `<${name}>${xmlOf(value)}</${name}>`)
    .join("");
}

/** A text as it stands in XML. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
