import { layout } from "../../contract/layout.ts";
import { ofType, remoteCommand, swarmServices } from "../declared.ts";
import { list, property, shown, text } from "../property.ts";
import type { Finding, Rule } from "../rule.ts";
import type { StackView } from "../stack-view.ts";

/** A point copies the live directory: data that lies elsewhere is lost with the machine. */
export const dataUnderRoot: Rule = {
  name: "data-under-root",
  description:
    "Whatever a service writes to on the host lies below the data root's live directory, or its history.",
  check: (view) => [...writableMounts(view), ...volumes(view), ...storesWithoutData(view)],
};

function writableMounts(view: StackView): readonly Finding[] {
  return swarmServices(view).flatMap(({ resource, container }) =>
    list(container, "mounts").flatMap((mount) => {
      const [type, source] = [text(mount, "type"), property(mount, "source")];
      const below =
        typeof source === "string" && (isBelow(source, layout.live) || isBelow(source, layout.history));
      if (type === "tmpfs" || (type === "bind" && (below || property(mount, "readOnly") === true))) return [];
      return [
        {
          resource: resource.name,
          sentence:
            `mount at ${text(mount, "target")}: expected a directory below ${layout.live}, ` +
            `got ${type} ${shown(source)}; put the data there, or mount it read-only`,
        },
      ];
    }),
  );
}

function volumes(view: StackView): readonly Finding[] {
  return ofType(view, "docker:index/volume:Volume").map(({ name }) => ({
    resource: name,
    sentence: `Docker volume: expected none, since no recovery point holds it, got one; use a directory below ${layout.live}`,
  }));
}

function storesWithoutData(view: StackView): readonly Finding[] {
  const services = new Map(swarmServices(view).map((each) => [each.service, each]));
  return view.catalog.flatMap((definition) => {
    const found = services.get(definition.name);
    if (definition.kind !== "stateful" || found === undefined) return [];
    const targets = new Set(list(found.container, "mounts").map((mount) => text(mount, "target")));
    return Object.keys(definition.data)
      .filter((target) => !targets.has(target))
      .map((target) => ({
        resource: found.resource.name,
        sentence: `mount at ${target}: expected the store's data directory, got nothing; its data would die with its container`,
      }));
  });
}

const holdsData =
  /^(docker:index\/volume:|aws:(ebs\/volume|s3\/bucket)|cloudflare:index\/r2Bucket:|digitalocean:index\/volume:|hcloud:index\/volume:)/;

/** What would take data along when it is destroyed. */
export const dataProtected: Rule = {
  name: "data-protected",
  description:
    "Resources that hold data are protected, and no removal command names a place that holds data.",
  check: (view) => [
    ...view.resources
      .filter(({ type, protect }) => holdsData.test(type) && !protect)
      .map(({ name, type }) => ({
        resource: name,
        sentence: `protect: expected true for ${type}, which holds data, got false; give it protect: true`,
      })),
    ...ofType(view, remoteCommand).flatMap(({ name, inputs }) =>
      [layout.dataRoot, layout.repository, layout.loopFile]
        .filter((path) => namesPath(text(inputs, "delete"), path))
        .map((path) => ({
          resource: name,
          sentence: `delete: expected a command that leaves data alone, got one that names ${path}; remove data by hand`,
        })),
    ),
  ],
};

function namesPath(line: string, path: string): boolean {
  return line.split(/[\s'"=:]+/).some((word) => isBelow(word, path));
}

function isBelow(path: string, directory: string): boolean {
  return !path.includes("..") && (path === directory || path.startsWith(`${directory}/`));
}
