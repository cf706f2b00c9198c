import type { Answer } from "./call.ts";

/** One page of a list: `page` and `per_page` say which. */
export function pageOf(all: readonly unknown[], query: URLSearchParams, most = 100): Answer {
  const perPage = Math.min(whole(query.get("per_page"), 20), most);
  const page = whole(query.get("page"), 1);
  const result = all.slice((page - 1) * perPage, page * perPage);
  return {
    result,
    resultInfo: {
      page,
      per_page: perPage,
      count: result.length,
      total_count: all.length,
      total_pages: Math.ceil(all.length / perPage),
    },
  };
}

/** One page of the buckets, which are told by a cursor. */
export function bucketPage(all: readonly { readonly name: string }[], query: URLSearchParams): Answer {
  const perPage = Math.min(whole(query.get("per_page"), 20), 1000);
  const after = query.get("cursor") ?? "";
  const rest = all.filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
  const buckets = rest.slice(0, perPage);
  const last = buckets.at(-1)?.name;
  const more = rest.length > perPage && last !== undefined ? { cursor: last } : {};
  return { result: { buckets }, resultInfo: { per_page: perPage, ...more } };
}

function whole(text: string | null, otherwise: number): number {
  const value = Number(text);
  return text !== null && Number.isInteger(value) && value >= 1 ? value : otherwise;
}
