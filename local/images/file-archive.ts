/** A file in an archive. */
export interface ArchivedFile {
  /** At most 99 characters. */
  readonly name: string;
  readonly content: string;
  readonly mode: number;
  /** User and group. */
  readonly owner: number;
}

/**
 * A tar archive for `docker cp -`: the only way to give a container that does not run yet a file with owner and mode,
 * which neither `docker inspect` nor a command line shows. Pure.
 */
export function fileArchive(files: readonly ArchivedFile[]): Uint8Array {
  return Buffer.concat([...files.map(entry), Buffer.alloc(1024)]);
}

function entry(file: ArchivedFile): Buffer {
  const content = Buffer.from(file.content);
  const header = Buffer.alloc(512);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;
  header.write(file.name, 0, 99);
  header.write(octal(file.mode, 8), 100);
  header.write(octal(file.owner, 8), 108);
  header.write(octal(file.owner, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  // The sum is taken over a header whose own sum is eight blanks.
  header.write(" ".repeat(8), 148);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
