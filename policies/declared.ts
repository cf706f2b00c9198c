import { property, text } from "./property.ts";
import type { DeclaredResource, StackView } from "./stack-view.ts";

/** A Swarm service, with the name it has in the Swarm. */
export interface SwarmServiceResource {
  readonly resource: DeclaredResource;
  readonly service: string;
  /** Its `taskSpec.containerSpec`. */
  readonly container: unknown;
}

/** Every Swarm service of a stack. */
export function swarmServices(view: StackView): readonly SwarmServiceResource[] {
  return ofType(view, "docker:index/service:Service").map((resource) => ({
    resource,
    service: text(resource.inputs, "name"),
    container: property(resource.inputs, "taskSpec.containerSpec"),
  }));
}

/** A file that the stack puts on the host. */
export interface HostFileResource {
  readonly resource: DeclaredResource;
  readonly path: string;
  readonly mode: string;
  readonly content: string;
}

/** Every file that a HostFile puts on the host. */
export function hostFiles(view: StackView): readonly HostFileResource[] {
  return ofType(view, remoteCommand).flatMap((resource) => {
    const line = text(resource.inputs, "create").replaceAll("'", "");
    const [, path, mode] = / install (\/\S+) \S+ (0\d+)/.exec(line) ?? [];
    if (path === undefined || mode === undefined) return [];
    return [{ resource, path, mode, content: text(resource.inputs, "stdin") }];
  });
}

/** Resources of one type. */
export function ofType(view: StackView, type: string): readonly DeclaredResource[] {
  return view.resources.filter((each) => each.type === type);
}

/** The type of a command that is run on the host. */
export const remoteCommand = "command:remote:Command";
