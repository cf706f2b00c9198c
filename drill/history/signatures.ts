import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drillNamespace } from "../../contract/drill-history.ts";
import { exitCodes, RecoveryError } from "../../contract/exit-codes.ts";
import { runCommand } from "../../workstation/run-command.ts";

/** Who made a signature, by the name that the file of allowed signers has for the key; or why nobody did who may. */
export type Signer = { readonly signer: string } | { readonly why: string };

/**
 * Signs a text as OpenSSH does (`ssh-keygen -Y sign`), for the history of drills alone. The key stays where it is: a file of an operator's, or the
 * public half of one that an SSH agent holds, such as on a hardware key.
 * @throws RecoveryError `config` when it cannot be signed
 */
export async function sign(keyFile: string, text: string): Promise<string> {
  const { code, stdout, stderr } = await runCommand(
    ["ssh-keygen", "-q", "-Y", "sign", "-f", keyFile, "-n", drillNamespace],
    { input: text },
  );
  if (code === 0) return stdout;
  throw new RecoveryError(
    exitCodes.config,
    `${keyFile}: cannot sign with this key: ${said(stderr)}. Expected an OpenSSH private key, or the public half of one that the SSH agent holds.`,
  );
}

/** Refuses a list of signers that is not there: without one every signature would look forged. @throws RecoveryError `config` */
export async function demandSigners(allowedSigners: string): Promise<void> {
  const found = await stat(allowedSigners).catch(() => null);
  if (found?.isFile() === true) return;
  throw new RecoveryError(
    exitCodes.config,
    `${allowedSigners}: expected the file of allowed signers, a line a person: NAME namespaces="${drillNamespace}" KEY (docs/drills.md)`,
  );
}

/**
 * Who signed a text, by a file of allowed signers (ssh-keygen(1)). A key counts at the time that it is given: one that was withdrawn since does
 * not undo what it signed.
 */
export async function signerOf(
  allowedSigners: string,
  signed: { readonly text: string; readonly signature: string; readonly at: Date },
): Promise<Signer> {
  const folder = await mkdtemp(join(tmpdir(), "kaleem-signature-"));
  try {
    const file = join(folder, "signature");
    await writeFile(file, signed.signature, { mode: 0o600 });
    const time = `-Overify-time=${signed.at
      .toISOString()
      .replaceAll(/[-:]|\.\d+/g, "")
      .replace("T", "")}`;
    const asked = ["-s", file, "-f", allowedSigners, time] as const;
    const found = await runCommand(["ssh-keygen", "-Y", "find-principals", ...asked]);
    const [signer] = found.stdout.split("\n");
    if (found.code !== 0 || signer === undefined || signer === "") {
      const isSignature = signed.signature.startsWith("-----BEGIN SSH SIGNATURE-----");
      return {
        why: isSignature
          ? `it is signed by no key that ${allowedSigners} allows (${said(found.stderr)})`
          : "its signature is none",
      };
    }
    const verified = await runCommand(
      ["ssh-keygen", "-q", "-Y", "verify", "-I", signer, "-n", drillNamespace, ...asked],
      { input: signed.text },
    );
    return verified.code === 0
      ? { signer }
      : { why: `its signature is not of this text (${said(verified.stderr)})` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All that it said: why a key does not count stands before the line that says so. */
function said(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, "; ");
}
