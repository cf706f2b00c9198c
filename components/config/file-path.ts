import type { Judge } from "./judged-text.ts";

/** What is below /dev and holds nobody's data. */
const noVolume =
  /^(null|zero|full|u?random|console|tty.*|std(in|out|err)|fd|pts|ptmx|shm|mqueue|hugepages|mem|kmsg|port|net|fuse|loop-control)(\/|$)/;

/** What is wrong with a text that should be a file's path on this computer; undefined when nothing is. */
export const pathAdvice: Judge = (value) => {
  if (value === "") return "write a path";
  if (/[\0-\x1f\x7f]/.test(value)) return "a path has no line breaks and no control characters";
  if (value !== value.trim()) return "write it without spaces around it";
  if (value.startsWith("~")) return "write the whole path; nothing here knows ~";
  if (/^\$\{?[A-Z]/.test(value)) return "write the whole path; variables are not read here";
  if (value.includes('"')) return "ssh cannot be told a path with a double quote in it";
  return value.endsWith("/") ? "write a file's path, not a directory's" : undefined;
};

/** What is wrong with a text that should be a device's path; undefined when nothing is. */
export const deviceAdvice: Judge = (value) => {
  if (!value.startsWith("/"))
    return `write its whole path, such as /dev/${/^[\w.-]+$/.test(value) ? value : "vdb"}`;
  const parts = value.slice(1).split("/");
  if (parts.includes("..") || parts.includes(".")) return "write it without . and .. between slashes";
  if (parts[0] !== "dev" || parts.length < 2) return "devices lie below /dev";
  if (parts.includes("")) return "write one slash between two parts, and none at the end";
  return noVolume.test(value.slice("/dev/".length))
    ? "that is no volume; lsblk -o PATH,SIZE lists them"
    : undefined;
};
