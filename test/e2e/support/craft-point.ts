import type { SshHost } from "../../../operator/ssh/ssh.ts";

/**
 * Saves the host's newest copy as another point, spoilt on purpose: takes its tree, runs `spoil` on it (bash, in the
 * copy's folder), and tags it as asked. What a broken disk, a careless hand or a foreign host would leave behind.
 */
export async function craftPoint(
  host: SshHost,
  point: { readonly id: string; readonly lineage?: string; readonly spoil?: string },
): Promise<void> {
  const script = `set -euo pipefail
export RESTIC_PASSWORD_FILE=/etc/kaleem/secrets/restic-password RESTIC_REPOSITORY=/var/backups/kaleem/repository
copy=/srv/kaleem/points/current
# A point of the timer's own would be taken into, or of, the tree that is spoilt here.
systemctl stop kaleem-point.timer
trap 'systemctl start kaleem-point.timer' EXIT
while systemctl is-active --quiet kaleem-point.service || [ "$(systemctl show --property=ActiveState --value kaleem-point.service)" = activating ]; do sleep 0.2; done
newest=$(restic snapshots --no-lock --json --latest 1 --path "$copy" | node -e '
  const found = JSON.parse(require("fs").readFileSync(0, "utf8")).sort((a, b) => a.time.localeCompare(b.time));
  process.stdout.write(JSON.stringify(found.at(-1)))')
field() { node -e 'process.stdout.write(JSON.parse(process.argv[1]).tags.filter((tag) => tag.startsWith(process.argv[2])).join(""))' "$newest" "$1"; }
lineage="\${LINEAGE:-$(field lineage: | cut -d: -f2-)}"
rm -rf /srv/kaleem/crafted && cp -a --reflink=auto "$copy" /srv/kaleem/crafted
restore_copy() { rm -rf "$copy" && mv /srv/kaleem/crafted "$copy"; systemctl start kaleem-point.timer; }
trap restore_copy EXIT
cd "$copy"
sed -i -E "s/\\"point\\": ?\\"[^\\"]+\\"/\\"point\\": \\"$ID\\"/; s/\\"lineage\\": ?\\"[^\\"]+\\"/\\"lineage\\": \\"$lineage\\"/" manifest.json
eval "$SPOIL"
restic backup --quiet --host "$lineage" --tag "point:$ID" --tag "lineage:$lineage" --tag "$(field generation:)" \\
  $(node -e 'for (const tag of JSON.parse(process.argv[1]).tags) if (!/^(point|lineage|generation):/.test(tag)) console.log("--tag=" + tag)' "$newest") "$copy"
`;
  const environment = [`ID=${point.id}`, `LINEAGE=${point.lineage ?? ""}`, `SPOIL=${point.spoil ?? ":"}`];
  await host.run(["env", ...environment, "bash", "-c", script], { timeoutMs: 120_000 });
}
