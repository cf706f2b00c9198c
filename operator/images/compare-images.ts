import type { ImageFacts } from "../../catalog/image-lock.ts";

/** Why an image cannot take the place of the one that the lock has; null when it can. Pure. */
export function refuseArchitectures(before: ImageFacts | undefined, now: ImageFacts): string | null {
  const lost = (before?.architectures ?? []).filter((each) => !now.architectures.includes(each));
  if (lost.length === 0) return null;
  return (
    `the tag stands for an image of linux/${now.architectures.join(", linux/")} now, and no longer of linux/${lost.join(", linux/")}, ` +
    `which the lock has: choose a tag that has it, or take "image" out of the lock's entry and refresh again`
  );
}

/** What is otherwise in another image of the same tag, as a sentence's part each: applications start and own files by these. Pure. */
export function imageChanges(before: ImageFacts | undefined, now: ImageFacts): readonly string[] {
  if (before === undefined) return [];
  return (["user", "entrypoint", "command", "ports"] as const).flatMap((name) => {
    const [was, is] = [JSON.stringify(before[name]), JSON.stringify(now[name])];
    return was === is ? [] : [`${name} was ${was}, is ${is}`];
  });
}
